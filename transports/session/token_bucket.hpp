#pragma once

#include "messages/time.hpp"

#include <algorithm>
#include <chrono>

namespace warren::session {

/// Lets `burst` things through at once and `per_second` after that.
class token_bucket {
public:
  token_bucket(double burst, double per_second) noexcept
      : burst_{burst}, per_second_{per_second}, tokens_{burst} {}

  bool take(time_point now) noexcept {
    std::chrono::duration<double> passed = now - std::max(last_, time_point{});
    tokens_ = std::min(burst_, tokens_ + (last_ == time_point{} ? 0.0 : passed.count() * per_second_));
    last_ = now;
    if (tokens_ < 1)
      return false;
    tokens_ -= 1;
    return true;
  }

  /// When the next take() succeeds, after one that did not.
  time_point next() const noexcept {
    auto wait = std::chrono::duration<double>{(1 - tokens_) / per_second_};
    return last_ + std::chrono::duration_cast<duration>(wait) + duration{1};
  }

private:
  double burst_;
  double per_second_;
  double tokens_;
  time_point last_{};
};

} // namespace warren::session
