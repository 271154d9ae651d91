#pragma once

#include "messages/time.hpp"

namespace warren {

/// Tells when a consumer answers each message so soon that the acknowledgement can travel with the answer: half as many
/// datagrams, and half as many wake-ups of the peer. What TCP does in its interactive mode (RFC 5681 4.2 allows for half a
/// second), here for a millisecond at most and only as long as the answers come.
class conversation {
public:
  static constexpr duration patience = std::chrono::milliseconds{1};

  /// A message of the peer goes to its consumer.
  void on_message(time_point now) noexcept {
    ++messages_since_write_;
    message_at_ = now;
  }

  /// A consumer writes.
  void on_write(time_point now) noexcept {
    auto answers = messages_since_write_ == 1 && now < message_at_ + patience;
    turns_ = answers ? turns_ + 1 : 0;
    messages_since_write_ = 0;
  }

  /// True while an answer may still come with which everything else should wait.
  bool awaits_answer(time_point now) noexcept {
    if (turns_ < turns_before_trust || messages_since_write_ != 1)
      return false;
    if (now < until())
      return true;
    turns_ = 0;
    return false;
  }

  /// When awaits_answer() gives up.
  time_point until() const noexcept { return message_at_ + patience; }

private:
  static constexpr unsigned turns_before_trust = 2;

  unsigned turns_ = 0; // answers in a row
  unsigned messages_since_write_ = 0;
  time_point message_at_{};
};

} // namespace warren
