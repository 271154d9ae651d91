// What a node stores and passes on beyond BEP 5: items (BEP 44), peer records and rendezvous (WIRE.md).
#include "transports/dht/errc.hpp"
#include "transports/dht/refusal.hpp"
#include "transports/dht/responder.hpp"

#include <algorithm>

namespace warren::dht {

void responder::add_item(time_point now, const krpc::query& query, krpc::response& out) const {
  auto held = items_.get(now, query.target);
  if (!held)
    return;
  auto no_newer = held->signing && query.item.seq && held->signing->seq <= *query.item.seq;
  if (no_newer) { // BEP 44: "the k, v, and sig fields SHOULD be omitted"
    out.item.seq = held->signing->seq;
    return;
  }
  out.item = to_wire(*held);
  out.item.salt = {}; // BEP 44: "the salt is not returned"
}

responder::answer_type responder::store_item(
    time_point now, const endpoint& from, const krpc::query& query, krpc::response out, counters& count) {
  auto what = from_wire(query.item, query.item.salt);
  auto target = target_of(what);
  // The token first: a signature is checked only for somebody who has an address.
  if (!proves_address(now, from, {target.octets}, query.token, count))
    return refusal(krpc::error_code::protocol, "bad token");
  if (auto why = check(what)) {
    ++count.bad_items;
    return why == errc::bad_signature ? refusal(krpc::error_code::invalid_signature, "invalid signature")
                                      : refusal(krpc::error_code::protocol, "bad value");
  }
  switch (items_.put(now, from.address, what, query.item.cas, out.id)) {
    case item_store::outcome::cas_mismatch:
      ++count.outdated_items;
      return refusal(krpc::error_code::cas_mismatch, "CAS mismatch");
    case item_store::outcome::sequence_too_low:
      ++count.outdated_items;
      return refusal(krpc::error_code::sequence_too_low, "sequence number less than current");
    case item_store::outcome::full:
      ++count.store_full;
      return refusal(krpc::error_code::server, "too many items");
    case item_store::outcome::stored:
      break;
  }
  ++count.items_stored;
  return out;
}

void responder::store_record(
    time_point now, const endpoint& from, const endpoint& where, const krpc::query& query, counters& count) {
  info_hash topic{query.target.octets};
  auto record = read_peer_record(topic, query.record);
  if (!record || !records_.put(now, topic, *record, query.record, where, from))
    ++count.bad_records;
}

responder::answer_type responder::accept_forward(
    time_point now, const endpoint& from, const krpc::query& query, krpc::response out, counters& count) {
  info_hash topic{query.target.octets};
  if (!proves_address(now, from, topic, query.token, count))
    return refusal(krpc::error_code::protocol, "bad token");
  peer_id target;
  std::copy(query.rendezvous.key.begin(), query.rendezvous.key.end(), target.octets.begin());
  auto held = records_.find(now, topic, target);
  if (!held) {
    ++count.rendezvous_refused;
    return refusal(krpc::error_code::generic, "not announced here");
  }
  if (!forwarding_.admit(now, from.address, target)) {
    ++count.rendezvous_refused;
    return refusal(krpc::error_code::server, "too many");
  }
  forward_ = forward{held->via, topic, from, to_bytes(query.rendezvous.payload)};
  out.forwarded = true;
  return out;
}

} // namespace warren::dht
