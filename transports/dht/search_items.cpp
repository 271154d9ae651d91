// The part of dht::search that deals with signed things: items (BEP 44) and peer records.
#include "transports/dht/errc.hpp"
#include "transports/dht/search.hpp"

namespace warren::dht {

void search::on_refusal(const endpoint& from, purpose why, std::int64_t code) {
  if (why == purpose::announce && code == static_cast<std::int64_t>(krpc::error_code::cas_mismatch))
    objection_ = errc::cas_mismatch;
  else if (why == purpose::announce && code == static_cast<std::int64_t>(krpc::error_code::sequence_too_low))
    objection_ = errc::superseded;
  on_failure(from, why);
}

void search::take_item(const endpoint& from, const krpc::response& response) {
  const auto& wire = response.item;
  if (wire.value.empty()) {
    if (wire.seq)
      holders_.insert(from); // it holds one that is no newer than the one asked for
    return;
  }
  auto found = from_wire(wire, goal_.item->salt);
  // BEP 44: "the key ... MUST be verified to hash to the target ID ..., as well as verifying the signature".
  if (found.signing.has_value() != goal_.item->key.has_value() || target_of(found) != goal_.target || check(found)) {
    ++bad_results_;
    return;
  }
  holders_.insert(from);
  add_item(found);
}

void search::add_item(const item& found) {
  if (found.signing && goal_.item->newer_than && found.signing->seq <= *goal_.item->newer_than)
    return;
  if (best_ && (!found.signing || best_->signing->seq >= found.signing->seq))
    return;
  best_ = found;
  best_is_new_ = true;
}

std::optional<item> search::take_new_item() {
  if (!std::exchange(best_is_new_, false))
    return std::nullopt;
  return best_;
}

/// What was found says already that the closest nodes would refuse.
bool search::objects_to_put() {
  if (!goal_.item || !goal_.item->put->signing || !best_)
    return false;
  const auto& ours = *goal_.item->put;
  auto stored = best_->signing->seq;
  if (goal_.item->cas && *goal_.item->cas != stored)
    objection_ = errc::cas_mismatch;
  else if (stored > ours.signing->seq || (stored == ours.signing->seq && best_->value != ours.value))
    objection_ = errc::superseded;
  return static_cast<bool>(objection_);
}

void search::take_records(const endpoint& from, const krpc::response& response) {
  for (const auto& entry : response.records) {
    auto raw = to_bytes(entry.record);
    auto known = records_.find(raw);
    if (known == records_.end()) {
      if (records_.size() >= max_records || bad_results_ >= max_bad_records)
        return;
      auto read = read_peer_record({goal_.target.octets}, raw);
      if (!read) {
        ++bad_results_;
        continue;
      }
      known = records_.emplace(raw, *read).first;
      new_records_.push_back({known->second, entry.where, from, to_bytes(response.token), true});
    } else {
      new_records_.push_back({known->second, entry.where, from, to_bytes(response.token), false});
    }
  }
}

} // namespace warren::dht
