#include "transports/dial/inbound_table.hpp"

#include <utility>

namespace warren::dial {

std::optional<inbound_table::entry> inbound_table::find(const key& which) const {
  auto it = entries_.find(which);
  return it == entries_.end() ? std::nullopt : std::optional{it->second};
}

void inbound_table::insert(const key& which, std::uint32_t local_id) {
  entries_[which] = {local_id, false};
  live_.emplace(local_id, live_stream{which});
}

bool inbound_table::prove(std::uint32_t local_id) {
  auto it = live_.find(local_id);
  if (it == live_.end() || std::exchange(it->second.proved, true))
    return false;
  ++proved_;
  return true;
}

bool inbound_table::release(std::uint32_t local_id, time_point forget_at) {
  auto it = live_.find(local_id);
  if (it == live_.end())
    return false;
  auto [which, proved] = it->second;
  live_.erase(it);
  proved_ -= proved;
  if (order_.size() >= max_released)
    forget_oldest();
  entries_[which].released = true;
  released_.emplace(local_id, which);
  order_.push_back({forget_at, local_id});
  return true;
}

void inbound_table::expire(time_point now) {
  while (!order_.empty() && order_.front().forget_at <= now)
    forget_oldest();
}

std::optional<time_point> inbound_table::next_expiry() const {
  return order_.empty() ? std::nullopt : std::optional{order_.front().forget_at};
}

bool inbound_table::is_unproved(std::uint32_t local_id) const {
  auto found = live_.find(local_id);
  return found != live_.end() && !found->second.proved;
}

bool inbound_table::holds(std::uint32_t local_id) const {
  return live_.contains(local_id) || released_.contains(local_id);
}

std::size_t inbound_table::key_hash::operator()(const key& which) const noexcept {
  auto hash = std::hash<warren::endpoint>{}(which.remote);
  return hash * 31 + std::hash<std::string_view>{}(as_text(which.token)) + which.initiator_id;
}

void inbound_table::forget_oldest() {
  auto oldest = released_.find(order_.front().local_id);
  entries_.erase(oldest->second);
  released_.erase(oldest);
  order_.pop_front();
}

} // namespace warren::dial
