#include "transports/dht/peer_record.hpp"

#include "messages/byte_order.hpp"
#include "messages/compact.hpp"
#include "messages/krpc.hpp"
#include "transports/dht/errc.hpp"

#include <algorithm>

namespace warren::dht {

namespace {

constexpr std::uint8_t record_version = 1;
constexpr std::string_view purpose_text = "warren peer record 1";

/// Returns what is signed: the purpose, the info-hash, and the record up to the signature.
bytes signed_part(const info_hash& topic, byte_view record) {
  auto result = to_bytes(purpose_text);
  result.insert(result.end(), topic.octets.begin(), topic.octets.end());
  result.insert(result.end(), record.begin(), record.end());
  return result;
}

} // namespace

bytes sign_peer_record(const crypto::identity& self, const info_hash& topic, const peer_record& what) {
  auto count = std::min(what.lan.size(), max_candidates);
  bytes result;
  put_be(result, record_version);
  put(result, self.id().octets);
  put_be(result, static_cast<std::uint8_t>(what.nat));
  put_be(result, what.time);
  put_be(result, static_cast<std::uint8_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    put_be(result, static_cast<std::uint8_t>(compact_peer_size(what.lan[i].address.family())));
    put_compact(result, what.lan[i]);
  }
  put(result, self.sign(signed_part(topic, result)).octets);
  return result;
}

result<peer_record> read_peer_record(const info_hash& topic, byte_view raw) {
  if (raw.size() > krpc::max_record_size || raw.size() < crypto::signature::size)
    return errc::bad_record;
  auto text = raw.first(raw.size() - crypto::signature::size);
  byte_reader in{text};
  if (in.be<std::uint8_t>() != record_version)
    return errc::bad_record;
  peer_record out;
  out.peer.octets = in.array<peer_id::size>();
  auto nat = in.be<std::uint8_t>();
  // A kind of a later version is as good as none.
  out.nat = nat <= static_cast<std::uint8_t>(nat_kind::random) ? static_cast<nat_kind>(nat) : nat_kind::unknown;
  out.time = in.be<std::uint64_t>();
  auto count = in.be<std::uint8_t>();
  if (count > max_candidates)
    return errc::bad_record;
  for (std::uint8_t i = 0; i < count && in.ok(); ++i) {
    auto where = parse_compact_endpoint(in.take(in.be<std::uint8_t>()));
    if (!where || where->port == 0)
      return errc::bad_record;
    out.lan.push_back(*where);
  }
  crypto::signature proof;
  std::copy_n(raw.end() - crypto::signature::size, crypto::signature::size, proof.octets.begin());
  if (!in.done() || !crypto::verify(out.peer, signed_part(topic, text), proof))
    return errc::bad_record;
  return out;
}

} // namespace warren::dht
