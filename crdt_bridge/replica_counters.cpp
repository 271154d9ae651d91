#include "crdt_bridge/replica_counters.hpp"

#include "crdt_bridge/errc.hpp"

namespace warren::crdt {

namespace {

std::uint64_t& counter_of(refusal_counters& refused, sync::errc why) {
  switch (why) {
    case sync::errc::too_large:
      return refused.oversized_message;
    case sync::errc::other_version:
      return refused.other_version;
    case sync::errc::other_engine:
      return refused.other_engine;
    case sync::errc::unexpected_hello:
      return refused.unexpected_hello;
    case sync::errc::unasked:
      return refused.unasked_answer;
    case sync::errc::too_many_requests:
      return refused.too_many_requests;
    case sync::errc::no_answer:
      return refused.no_answer;
    default:
      return refused.malformed_message;
  }
}

std::uint64_t& counter_of(refusal_counters& refused, errc why) {
  switch (why) {
    case errc::wrong_id:
      return refused.wrong_id;
    case errc::value_too_large:
    case errc::text_too_large:
      return refused.oversized_item;
    default:
      return refused.malformed_item;
  }
}

} // namespace

void replica_counters::count_refusal(std::error_code why) {
  if (why.category() == sync::category())
    ++counter_of(refused, static_cast<sync::errc>(why.value()));
  else
    ++counter_of(refused, static_cast<errc>(why.value()));
}

void replica_counters::count_verdict(verdict what) {
  switch (what) {
    case verdict::added:
      ++items.added;
      break;
    case verdict::known:
      ++items.known;
      break;
    case verdict::superseded:
      ++items.superseded;
      break;
    case verdict::deferred:
      ++items.deferred;
      break;
    case verdict::far_future:
      ++refused.far_future;
      break;
    case verdict::deferral_full:
      ++refused.deferral_full;
      break;
  }
}

std::map<std::string, std::uint64_t> by_name(const replica_counters& counters) {
  const auto& [refused, items, sync, transactions, transactions_failed] = counters;
  std::map<std::string, std::uint64_t> names{
      {"sync.refused.malformed_message", refused.malformed_message},
      {"sync.refused.oversized_message", refused.oversized_message},
      {"sync.refused.other_version", refused.other_version},
      {"sync.refused.other_engine", refused.other_engine},
      {"sync.refused.unexpected_hello", refused.unexpected_hello},
      {"sync.refused.unasked_answer", refused.unasked_answer},
      {"sync.refused.too_many_requests", refused.too_many_requests},
      {"sync.refused.no_answer", refused.no_answer},
      {"sync.refused.malformed_item", refused.malformed_item},
      {"sync.refused.oversized_item", refused.oversized_item},
      {"sync.refused.wrong_id", refused.wrong_id},
      {"sync.refused.far_future", refused.far_future},
      {"sync.refused.deferral_full", refused.deferral_full},
      {"sync.refused.too_many_peers", refused.too_many_peers},
      {"database.refused.too_many_writes", refused.too_many_writes},
      {"database.items_added", items.added},
      {"database.items_known", items.known},
      {"database.items_superseded", items.superseded},
      {"database.items_deferred", items.deferred},
      {"sync.messages_in", sync.messages_in},
      {"sync.messages_out", sync.messages_out},
      {"sync.items_in", sync.items_in},
      {"sync.items_out", sync.items_out},
      {"sync.listings", sync.listings},
      {"sync.live_overflows", sync.live_overflows},
      {"sync.stalls", sync.stalls},
      {"database.transactions", transactions},
      {"database.transactions_failed", transactions_failed},
  };
  std::erase_if(names, [](const auto& entry) { return entry.second == 0; });
  return names;
}

} // namespace warren::crdt
