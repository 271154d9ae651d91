#pragma once

#include "messages/random_source.hpp"

#include <algorithm>
#include <vector>

namespace warren::dht {

/// Leaves a random choice of `most` in `from`: the first steps of a Fisher-Yates shuffle. Leaves all when there are fewer.
template <class T>
void pick(std::vector<T>& from, std::size_t most, random_source& random) {
  if (from.size() <= most)
    return;
  for (std::size_t i = 0; i < most; ++i)
    std::swap(from[i], from[i + random.below(from.size() - i)]);
  from.resize(most);
}

} // namespace warren::dht
