#include "transports/dial/inbound_table.hpp"

namespace warren::dial {

std::optional<inbound_table::entry> inbound_table::find(const key& which) const {
  auto it = entries_.find(which);
  return it == entries_.end() ? std::nullopt : std::optional{it->second};
}

void inbound_table::insert(const key& which, std::uint32_t local_id) {
  entries_[which] = {local_id, false};
  live_.emplace(local_id, which);
  ++live_by_address_[which.remote.address];
}

bool inbound_table::release(std::uint32_t local_id, time_point forget_at) {
  auto it = live_.find(local_id);
  if (it == live_.end())
    return false;
  auto which = it->second;
  live_.erase(it);
  auto of_address = live_by_address_.find(which.remote.address);
  if (--of_address->second == 0)
    live_by_address_.erase(of_address);
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

std::size_t inbound_table::live_of(const ip_address& address) const {
  auto it = live_by_address_.find(address);
  return it == live_by_address_.end() ? 0 : it->second;
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
