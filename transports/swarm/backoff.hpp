#pragma once

#include "messages/random_source.hpp"
#include "messages/time.hpp"

#include <algorithm>

namespace warren::swarm {

/// Returns min(first * 2^times, longest).
inline duration doubled(duration first, std::size_t times, duration longest) {
  for (std::size_t i = 0; i < times && first < longest; ++i)
    first *= 2;
  return std::min(first, longest);
}

/// Returns the wait before try number `failures` + 1: truncated exponential backoff with jitter, between half and the whole
/// of min(first * 2^failures, longest), so that peers that failed together do not return together.
inline duration backoff_delay(random_source& random, std::size_t failures, duration first, duration longest) {
  auto half = doubled(first, failures, longest).count() / 2;
  return duration{half + static_cast<duration::rep>(random.below(static_cast<std::uint64_t>(half) + 1))};
}

} // namespace warren::swarm
