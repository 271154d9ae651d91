#pragma once

#include "messages/bytes.hpp"

#include <cstdint>
#include <deque>

namespace warren::session {

/// A piece of the first queued message.
struct fragment {
  byte_view content;
  bool end = false;
};

/// Messages of one channel that wait for credit and their turn, with the credit the peer gave.
class send_queue {
public:
  void credit(std::uint32_t octets) noexcept { credit_ += octets; }

  /// Credit the peer gave and that is not used yet.
  std::uint64_t credit() const noexcept { return credit_; }

  void push(bytes message);

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
  std::deque<bytes> messages_;
  std::size_t offset_ = 0; // sent of the first
  std::size_t octets_ = 0;
  std::uint64_t credit_ = 0;
};

} // namespace warren::session
