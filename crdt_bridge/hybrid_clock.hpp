#pragma once

#include "messages/time.hpp"

namespace warren::crdt {

/// Where the states of local writes come from: wall-clock milliseconds, and 1/999 more for each further write in the same
/// millisecond, as GUN's own clock (gun.md section 2). Never returns to a state it gave or saw, also when the wall clock
/// is set back: it then goes on counting from where it was. Restore it with observe() of every state kept on disk.
class hybrid_clock {
public:
  /// Returns the state of a new write, larger than all before.
  double tick(wall_time wall) noexcept;

  /// Tells of a state that was accepted from elsewhere; later writes here are newer.
  void observe(double state) noexcept;

  /// Returns what time it is: the wall clock, but never before the last state.
  double now(wall_time wall) const noexcept;

private:
  double base_ = 0; // of the current millisecond; not whole after observe()
  double last_ = 0;
  int writes_ = 0; // since base_
};

} // namespace warren::crdt
