#pragma once

#include "messages/credit.hpp"

#include <cstddef>
#include <cstdint>

namespace warren::session {

/// The longest message.
inline constexpr std::size_t max_message = 16u << 20;

/// Credit of one channel, the receiver's side. Fragments of an incomplete message are paid back as they come (so that a
/// message may be longer than the window; it is bounded by max_message); a complete message is paid back when the
/// consumer is done with it. What a channel can hold is thus at most two windows and one message.
class receive_window {
public:
  explicit receive_window(std::uint32_t window) noexcept : window_{window}, granted_{window} {}

  /// A fragment of `octets` came, `end` if it completes a message of `message_octets`. False when the peer had no credit
  /// for it.
  [[nodiscard]] bool on_fragment(std::size_t octets, bool end, std::size_t message_octets);

  /// The consumer is done with complete messages that cost `credit`: credit_of() each.
  void consumed(std::uint64_t credit);

  /// True when enough credit has gathered to be worth a frame.
  bool grant_due() const noexcept;

  /// Returns the credit to grant now, and counts it as granted.
  std::uint32_t take_grant();

private:
  std::uint64_t owed() const noexcept;

  std::uint32_t window_;
  std::uint64_t granted_;
  std::uint64_t received_ = 0;
  std::uint64_t held_ = 0; // cost of complete messages not consumed
};

} // namespace warren::session
