#pragma once

#include "messages/bytes.hpp"

#include <cstdint>
#include <deque>
#include <memory>

namespace warren::session {

/// The octets of a message and what keeps them alive: they are not copied on their way into a record.
struct shared_octets {
  shared_octets() = default;
  explicit shared_octets(bytes&& own) {
    auto kept = std::make_shared<const bytes>(std::move(own));
    view = *kept;
    owner = std::move(kept);
  }
  shared_octets(std::shared_ptr<const void> whose, byte_view octets)
      : owner{std::move(whose)}, view{octets} {}

  std::shared_ptr<const void> owner;
  byte_view view;
};

/// A piece of the first queued message.
struct fragment {
  byte_view content;
  std::shared_ptr<const void> owner;
  bool end = false;
};

/// Messages of one channel that wait for credit and their turn, with the credit the peer gave.
class send_queue {
public:
  void credit(std::uint32_t octets) noexcept { credit_ += octets; }

  /// Credit the peer gave and that is not used yet.
  std::uint64_t credit() const noexcept { return credit_; }

  void push(shared_octets message);

  /// Returns the next fragment of at most `room` octets that credit allows; one with no content and no end means that
  /// nothing can be sent. The view is valid until pop().
  fragment peek(std::size_t room) const;

  /// Takes off what peek() returned.
  void pop(const fragment& sent);

  void clear();

  /// True when credit allows a fragment.
  bool sendable() const noexcept;

  bool empty() const noexcept { return messages_.empty(); }

  /// Unsent octets, with the cost per message.
  std::size_t size() const noexcept { return octets_; }

private:
  std::deque<shared_octets> messages_;
  std::size_t offset_ = 0; // sent of the first
  std::size_t octets_ = 0;
  std::uint64_t credit_ = 0;
};

} // namespace warren::session
