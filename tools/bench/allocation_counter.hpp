#pragma once

#include <cstdint>

namespace warren {

/// Returns how often this process has asked for memory so far (malloc, calloc, realloc, aligned forms and all forms of
/// new), by all its threads. Linking allocation_counter.cpp counts them; it costs one addition each.
std::uint64_t allocations() noexcept;

} // namespace warren
