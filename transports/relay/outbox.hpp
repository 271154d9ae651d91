#pragma once

#include "transports/relay/server_events.hpp"

#include <deque>
#include <optional>
#include <unordered_map>

namespace warren::relay {

/// What waits for one guest: the relay's own frames first, then the other guests' by deficit round robin (Shreedhar and
/// Varghese 1996), so that a sender of many large frames takes no more than its share of a slow reader.
class outbox {
public:
  /// Octets a sender may send per round.
  static constexpr std::size_t quantum = 16'384;

  struct item {
    bytes frame;
    std::optional<guest_id> sender; ///< nothing: the relay itself
  };

  void push_control(bytes frame);
  void push(guest_id sender, bytes frame);

  /// Returns the frame whose turn it is.
  std::optional<item> pop();

  bool empty() const noexcept { return control_.empty() && active_.empty(); }

  std::size_t control_octets() const noexcept { return control_octets_; }

  /// Octets that wait from `sender`.
  std::size_t waiting(guest_id sender) const;

  /// Returns the octets that wait from each sender.
  std::vector<std::pair<guest_id, std::size_t>> senders() const;

private:
  struct flow {
    std::deque<bytes> frames;
    std::size_t octets = 0;
    std::size_t deficit = 0;
  };

  std::deque<bytes> control_;
  std::size_t control_octets_ = 0;
  std::unordered_map<guest_id, flow> flows_;
  std::deque<guest_id> active_;
  bool fresh_turn_ = true; ///< the front of active_ has not had its quantum yet
};

} // namespace warren::relay
