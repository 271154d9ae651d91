#pragma once

#include "messages/time.hpp"

#include <cstdint>
#include <optional>

namespace warren::session {

/// How fast a path delivers, from acknowledgements: what became acknowledged between the moment that a record was sealed and
/// the one that told of its arrival, over that time (as BBR samples it, draft-cardwell-ccwg-bbr 4.1). One record at a time.
///
/// A sender that has little to say sees less than the path could carry, never more. So the largest sample of the last two
/// windows counts, and what fills the path once is remembered for a while.
class rate_meter {
public:
  /// As liveness has it for the shortest round trip.
  static constexpr duration window = std::chrono::seconds{10};

  /// Another path is in use: nothing is known of it. `unacknowledged`: something is in flight that may have arrived over the
  /// path before; what the first sample shows is then of both.
  void on_path(bool unacknowledged) noexcept;

  /// A record with number `number` was sealed that the peer will acknowledge.
  void on_record_sent(time_point now, std::uint64_t number) noexcept {
    if (!sample_)
      sample_ = sample{number, now, 0};
  }

  /// The peer received all before `next`, which are `octets` more; it told `peer_delay` after the last of them.
  void on_acknowledged(time_point now, std::uint64_t next, std::size_t octets, duration peer_delay) noexcept;

  /// Octets per second, as far as the path was ever asked for them; nothing as long as nothing is known.
  std::optional<std::uint64_t> rate() const noexcept;

private:
  struct sample {
    std::uint64_t number;
    time_point since;
    std::uint64_t octets;
  };

  void note(time_point now, std::uint64_t rate) noexcept;

  std::optional<sample> sample_;
  bool mixed_ = false; // the next sample is of two paths
  std::uint64_t largest_ = 0;
  std::uint64_t largest_before_ = 0; // in the window before
  time_point window_since_{};
};

} // namespace warren::session
