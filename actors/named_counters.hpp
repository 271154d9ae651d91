#pragma once

#include "messages/types.hpp"

#include <span>

namespace warren {

/// The public name of one counter of a machine.
template <class Counters>
struct named_counter {
  const char* name;
  std::uint64_t Counters::*field;
};

/// Adds what was counted so far to `out`; a name appears once it was counted.
template <class Counters, std::size_t N>
void count_named(counter_map& out, const Counters& from, const named_counter<Counters> (&names)[N]) {
  for (const auto& [name, field] : names)
    if (auto n = from.*field)
      out[name] += n;
}

} // namespace warren
