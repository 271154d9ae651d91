#pragma once

#include "messages/time.hpp"

#include <cstdint>
#include <optional>

namespace warren::session {

/// Decides when to acknowledge, when to ping and when a pipe is dead, and measures the round-trip time. A path is alive while
/// what is sent on it is acknowledged (DESIGN section 6).
class liveness {
public:
  struct settings {
    duration ping_after;      // silence of a path that was of use since the last ping
    duration idle_ping_after; // of one that was not
    duration ping_slack; // pings wait for a moment that is a multiple of it, as those of other connections do
    duration suspect_at_least;
    duration suspect_at_most;
    duration dead_after;
    duration ack_delay;
  };

  explicit liveness(settings chosen) noexcept : settings_{chosen} {}

  /// A pipe carries the session from now on; `unacknowledged`: something is in flight already.
  void on_pipe_active(time_point now, bool unacknowledged);

  /// No pipe: all deadlines rest.
  void on_pipe_gone();

  /// A record was received. `eliciting`: it holds more than acknowledgements; `at_once`: it holds a ping or a close.
  void on_record_received(time_point now, bool eliciting, bool at_once);

  /// A record was sealed. `eliciting` as above; `with_ack`: it acknowledges all that was received.
  void on_record_sent(time_point now, std::uint64_t number, bool eliciting, bool with_ack);

  /// The peer received all before `next`; `unacknowledged`: something more is in flight.
  void on_acknowledged(time_point now, std::uint64_t next, duration peer_delay, bool unacknowledged);

  /// Received records that no acknowledgement was sent for.
  bool ack_owed() const noexcept { return ack_owed_; }
  /// An acknowledgement must go out now, if need be alone.
  bool ack_due() const noexcept { return ack_due_; }
  bool ping_due() const noexcept { return ping_due_; }
  /// Asks now, unless something is in flight, which asks too.
  void ask() noexcept { ping_due_ = active_ && !waiting_since_; }
  bool dead(time_point now) const noexcept;
  /// Silent for longer than its round-trip time allows; told once, until something is acknowledged.
  bool suspect(time_point now) const noexcept;
  void suspicion_told() noexcept { suspicion_told_ = true; }

  /// Lets what is due at `now` become due; deadlines that were acted on are gone even if nothing can be sent.
  void on_time(time_point now);

  /// An acknowledgement is due even if nothing new was received: the hand-over record of a new pipe.
  void require_ack() noexcept {
    ack_owed_ = true;
    ack_due_ = true;
  }

  /// How long the oldest unacknowledged record has waited for its acknowledgement.
  duration held_back(time_point now) const noexcept;

  std::optional<time_point> deadline() const noexcept;

  /// Smoothed, with what waits in queues.
  std::optional<duration> rtt() const noexcept { return rtt_; }

private:
  duration patience() const noexcept;
  time_point ping_at() const noexcept;
  void note_round_trip(time_point now, duration sample);

  struct probe {
    std::uint64_t number;
    time_point sent;
  };

  settings settings_;
  bool active_ = false;
  bool ack_owed_ = false;
  bool ack_due_ = false;
  bool ping_due_ = false;
  bool idle_ = false; // nothing but pings and acknowledgements since the last ping of this side
  std::uint32_t eliciting_received_ = 0;
  time_point last_received_{};
  time_point last_activity_{};
  std::optional<time_point> ack_at_;
  bool suspicion_told_ = false;
  std::optional<time_point> waiting_since_; // for progress of acknowledgements
  std::optional<probe> probe_;
  std::optional<duration> rtt_;
  // How long progress was waited for: the last time, or a longer time before, of which an eighth is forgotten each time. On a
  // full path far less than the round trip, which includes all that waits in queues.
  std::optional<duration> wait_;
  // The shortest round trip of the last two windows.
  std::optional<duration> shortest_;
  std::optional<duration> shortest_before_;
  time_point window_since_{};
  bool new_path_ = true; // no round trip of the pipe in use is known
};

} // namespace warren::session
