#pragma once

#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>

namespace warren::net {

/// Decides how long sockets may go unread, so that what comes meanwhile is read at once: one wake-up of everybody for much of it,
/// as network cards do it (interrupt moderation). When little comes and is dealt with soon it says never.
class receive_pace {
public:
  /// From so many octets per second on, the sockets are read once in a while instead of as soon as there is something. With what a
  /// datagram costs besides (reading::octets): some 130 MB/s in datagrams of 1452 octets, a quarter of a million small ones.
  static constexpr double busy_rate = 200e6;

  /// The same while more than this is still not dealt with that was handed out before: nobody waits for more.
  static constexpr std::size_t most_unread = 2;

  static constexpr duration longest_pause = std::chrono::microseconds{800};

  /// A pause fills at most one part in so many of a socket's buffer, at the rate seen last or at that of a fast link (octets per
  /// second), whichever is higher.
  static constexpr std::size_t part_to_fill = 4;
  static constexpr double link_rate = 1.25e9;

  /// The rate is taken over so long at least: a single train of datagrams is no rate.
  static constexpr duration rate_interval = std::chrono::microseconds{500};

  /// `room`: octets that the smallest buffer of the sockets holds.
  explicit receive_pace(std::size_t room) noexcept : room_{room} {}

  /// What there is to know when sockets have been read.
  struct reading {
    bool drained = false; ///< Nothing is left in any of them.
    /// Received since the beginning, with what they cost in the buffer besides.
    std::uint64_t octets = 0;
    /// Portions that were handed out before, and were not dealt with when this reading began.
    std::size_t unread = 0;
  };

  /// Returns how long not to read, zero if not at all.
  duration pause(time_point now, const reading& last) noexcept;

private:
  void measure(time_point now, std::uint64_t octets) noexcept;

  std::size_t room_;
  double rate_ = 0;            // octets per second,
  std::uint64_t measured_ = 0; // as it was when so many had come,
  time_point measured_at_{};   // at this time
};

} // namespace warren::net
