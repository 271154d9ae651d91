#pragma once

#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>

namespace warren::net {

/// Decides how long sockets may go unread, so that what comes meanwhile is read at once: one wake-up of everybody for much of it,
/// as network cards do it (interrupt moderation). When little comes and is dealt with at once it says never.
class receive_pace {
public:
  /// From so many octets per second on, the sockets are read once in a while instead of as soon as there is something.
  static constexpr double busy_rate = 200e6;

  /// The same while more batches than this are handed out and not dealt with: nobody waits for another one.
  static constexpr std::size_t most_unread_batches = 2;

  static constexpr duration longest_pause = std::chrono::microseconds{800};

  /// A pause fills at most one part in so many of a socket's buffer, at the rate seen last.
  static constexpr std::size_t part_to_fill = 4;

  /// The rate is taken over so long at least: a single train of datagrams is no rate.
  static constexpr duration rate_interval = std::chrono::microseconds{500};

  /// `room`: octets that the smallest buffer of the sockets holds.
  explicit receive_pace(std::size_t room) noexcept : room_{room} {}

  /// Returns how long not to read, zero if not at all. `octets`: received since the beginning, with what they cost in the buffer
  /// besides. `unread`: batches handed out and not dealt with. To be asked when the sockets have been read.
  duration pause(time_point now, std::uint64_t octets, std::size_t unread) noexcept;

private:
  void measure(time_point now, std::uint64_t octets) noexcept;

  std::size_t room_;
  double rate_ = 0;            // octets per second,
  std::uint64_t measured_ = 0; // as it was when so many had come,
  time_point measured_at_{};   // at this time
};

} // namespace warren::net
