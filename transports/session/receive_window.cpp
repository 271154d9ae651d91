#include "transports/session/receive_window.hpp"

#include <algorithm>

namespace warren::session {

bool receive_window::on_fragment(std::size_t octets, bool end, std::size_t message_octets) {
  auto cost = octets + (end ? message_cost : 0);
  if (cost > granted_ - received_)
    return false;
  received_ += cost;
  if (end) {
    held_ += message_octets + message_cost;
    sizes_.push_back(message_octets);
  }
  return true;
}

void receive_window::consumed(std::size_t octets) {
  front_consumed_ += octets;
  while (!sizes_.empty() && front_consumed_ >= sizes_.front()) {
    front_consumed_ -= sizes_.front();
    held_ -= sizes_.front() + message_cost;
    sizes_.pop_front();
  }
  if (sizes_.empty())
    front_consumed_ = 0; // more than there was: a mistake of the consumer that must not give credit later
}

std::uint64_t receive_window::owed() const noexcept {
  auto target = received_ + (window_ - std::min<std::uint64_t>(window_, held_));
  return target > granted_ ? target - granted_ : 0;
}

bool receive_window::grant_due() const noexcept {
  return owed() >= window_ / 4 && owed() > 0;
}

std::uint32_t receive_window::take_grant() {
  auto grant = owed();
  granted_ += grant;
  return static_cast<std::uint32_t>(grant);
}

} // namespace warren::session
