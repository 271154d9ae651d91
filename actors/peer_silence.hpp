#pragma once

#include "messages/time.hpp"

#include <optional>
#include <utility>

namespace warren {

/// Tells when whoever wants to end has waited long enough for a peer that says nothing: one that was stopped, or is gone. One that
/// merely has nothing to say is to be asked, once in each silence. Any packet of it counts, if only that it has got something.
class peer_silence {
public:
  /// From now on a silence is over after `patience`, or twice that while the peer is cut off: without a path nobody can be heard,
  /// and for what the peer lacks another one may come, as when a relay restarts. Before this is called nothing is ever over.
  void limit(time_point now, duration patience) noexcept {
    patience_ = patience;
    on_sign(now);
  }

  /// The peer said something.
  void on_sign(time_point now) noexcept {
    last_sign_ = now;
    asked_ = false;
  }

  bool is_over(time_point now, bool cut_off) const noexcept {
    return patience_ && last_sign_ + longest(cut_off) <= now;
  }

  /// True once in each silence, in its middle: the peer is to be asked for a sign.
  bool take_question(time_point now) noexcept {
    return patience_ && last_sign_ + *patience_ / 2 <= now && !std::exchange(asked_, true);
  }

  /// Returns when take_question() or is_over() becomes true; `may_ask`: somebody can be asked.
  std::optional<time_point> deadline(bool may_ask, bool cut_off) const noexcept {
    if (!patience_)
      return std::nullopt;
    return last_sign_ + (may_ask && !asked_ ? *patience_ / 2 : longest(cut_off));
  }

private:
  duration longest(bool cut_off) const noexcept { return cut_off ? 2 * *patience_ : *patience_; }

  std::optional<duration> patience_;
  time_point last_sign_{};
  bool asked_ = false;
};

} // namespace warren
