#pragma once

#include "messages/bytes.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

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
  /// Of the first piece of a compressed stretch: how many octets of the message it stands for, and how many it takes.
  std::uint32_t stands_for = 0;
  std::uint32_t packed = 0;
};

/// Messages of one channel that wait for credit and their turn, with the credit the peer gave.
class send_queue {
public:
  void credit(std::uint32_t octets) noexcept { credit_ += octets; }

  /// Credit the peer gave and that is not used yet.
  std::uint64_t credit() const noexcept { return credit_; }

  void push(shared_octets message);

  /// The next octets of the first message, as far as credit allows, if nothing was decided about them: without a word they
  /// go as they are.
  byte_view undecided() const noexcept;

  /// The next `octets` of those go as they are.
  void send_plain(std::size_t octets) noexcept { decided_ = offset_ + octets; }

  /// `packed` goes in the place of the next `octets` of those, and uses up the credit that they cost.
  void send_packed(bytes&& packed, std::size_t octets);

  /// True when the next fragment is the first of a compressed stretch.
  bool begins_packed() const noexcept { return packed_ && packed_->sent == 0; }

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
  struct packed_stretch {
    shared_octets octets;
    std::size_t sent = 0;
    std::size_t stands_for = 0;
  };

  fragment peek_packed(std::size_t room) const;

  std::deque<shared_octets> messages_;
  std::size_t offset_ = 0;  // sent of the first
  std::size_t decided_ = 0; // of the first, if more than that
  std::optional<packed_stretch> packed_;
  std::size_t octets_ = 0;
  std::uint64_t credit_ = 0;
};

} // namespace warren::session
