#include "transports/dial/unproved_streams.hpp"

namespace warren::dial {

void unproved_streams::insert(std::uint32_t local_id, const ip_address& source) {
  auto arrival = arrivals_++;
  places_.emplace(local_id, place{arrival, source});
  all_.emplace(arrival, local_id);
  of_source_[source].emplace(arrival, local_id);
}

bool unproved_streams::erase(std::uint32_t local_id) {
  auto found = places_.find(local_id);
  if (found == places_.end())
    return false;
  auto [arrival, source] = found->second;
  places_.erase(found);
  all_.erase(arrival);
  auto of_source = of_source_.find(source);
  of_source->second.erase(arrival);
  if (of_source->second.empty())
    of_source_.erase(of_source);
  return true;
}

std::size_t unproved_streams::size_of(const ip_address& source) const {
  auto found = of_source_.find(source);
  return found == of_source_.end() ? 0 : found->second.size();
}

std::optional<std::uint32_t> unproved_streams::oldest() const {
  return all_.empty() ? std::nullopt : std::optional{all_.begin()->second};
}

std::optional<std::uint32_t> unproved_streams::oldest_of(const ip_address& source) const {
  auto found = of_source_.find(source);
  return found == of_source_.end() ? std::nullopt : std::optional{found->second.begin()->second};
}

} // namespace warren::dial
