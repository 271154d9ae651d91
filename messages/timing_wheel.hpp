#pragma once

#include "messages/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace warren {

/// Hashed and hierarchical timing wheels (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme 7), as in
/// Linux before 4.8. A pure machine: it is told the time, and its timers are links in its lists, so that nothing is allocated.
/// start() and stop() take the same few steps however many timers there are.
///
/// Where this leaves the paper:
/// - There are as many levels as a tick has digits of six bits, so that no timer lies beyond the horizon. A timer stands on the
///   level of the highest digit in which its tick differs from the current one, in the slot that this digit names. All timers of a
///   level are therefore earlier than those of the next, and no slot is reused before its turn.
/// - A bitmap for each level says which slots have timers: next() looks for the first, and advance() visits only those whose time has
///   begun, however far it jumps. Each time a timer is visited it expires or goes to a lower level.
/// - Nobody has to advance the wheel tick by tick: each slot knows its earliest timer, and next() returns that one's tick.
class timing_wheel {
public:
  /// Time as the wheel counts it.
  using tick = std::chrono::time_point<time_point::clock, std::chrono::milliseconds>;

  /// A link in the lists of one wheel. It does not move, and is stopped before it or the wheel dies.
  class timer {
  public:
    timer() = default;
    ~timer();

    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;

  private:
    friend class timing_wheel;

    timer* next_ = nullptr; // null: stopped
    timer* previous_ = nullptr;
    tick expiry_{}; // that of a list's head: not after the earliest in the list
  };

  /// The current tick is `now`.
  explicit timing_wheel(tick now = {});

  timing_wheel(const timing_wheel&) = delete;
  timing_wheel& operator=(const timing_wheel&) = delete;

  /// `which` expires at `expiry`, at once if that is not after the current tick. What it was started for before no longer counts.
  void start(timer& which, tick expiry);

  /// `which` does not expire.
  void stop(timer& which) noexcept;

  /// Makes `now` the current tick, unless that is later already.
  void advance(tick now);

  /// Stops and returns one of the timers that have expired, in no certain order, or null.
  timer* take_expired() noexcept;

  /// Returns when to advance next, or nothing if there are no timers: at the tick of the earliest one, or before that if a timer that
  /// shared its slot was stopped. Nobody has expired then, and what this returns next is exact.
  std::optional<tick> next() const noexcept;

private:
  static constexpr unsigned digit_bits = 6;
  static constexpr std::size_t slots_per_level = 1 << digit_bits; // as many as a bitmap has bits
  static constexpr std::size_t levels = (64 + digit_bits - 1) / digit_bits;

  void link(timer& head, timer& which) noexcept;
  void cascade(timer& slot) noexcept;

  tick now_;
  std::array<std::uint64_t, levels> occupied_{};
  std::array<timer, levels * slots_per_level> slots_; // heads of circular lists
  timer expired_;                                     // as well
};

} // namespace warren
