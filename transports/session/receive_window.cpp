#include "transports/session/receive_window.hpp"

#include <algorithm>

namespace warren::session {

bool receive_window::on_fragment(std::size_t octets, bool end, std::size_t message_octets) {
  auto cost = octets + (end ? message_cost : 0);
  if (cost > granted_ - received_)
    return false;
  received_ += cost;
  if (end)
    held_ += credit_of(message_octets);
  return true;
}

void receive_window::consumed(std::uint64_t credit) {
  held_ -= std::min(
      held_, credit); // more than there was is a mistake of the consumer that must not give credit later
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
