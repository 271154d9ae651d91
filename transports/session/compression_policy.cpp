#include "transports/session/compression_policy.hpp"

#include <algorithm>

namespace warren::session {

std::size_t compression_policy::skip(std::size_t octets) noexcept {
  if (octets < least)
    return octets;
  if (skip_left_ == 0)
    return 0;
  auto skipped = std::min(octets, skip_left_ * unit);
  skip_left_ -= static_cast<std::uint32_t>((skipped + unit - 1) / unit);
  return skipped;
}

void compression_policy::on_paid() noexcept {
  trusted_ = true;
  next_skip_ = skip_least;
}

void compression_policy::on_not_paid() noexcept {
  trusted_ = false;
  skip_left_ = next_skip_;
  next_skip_ = std::min(next_skip_ * 2, skip_most);
}

} // namespace warren::session
