#include "tools/bench/allocation_counter.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>

// glibc's own names for what is replaced below: its manual, "Replacing malloc".
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace warren {

namespace {

// Threads share a counter only when there are more of them: sharing would slow down what is to be measured.
constexpr std::size_t most_counters = 64;

struct alignas(64) counter {
  std::atomic<std::uint64_t> value{0};
};

constinit std::array<counter, most_counters> counters;
constinit std::atomic<std::size_t> threads{0};
constinit thread_local std::size_t own_number = most_counters;

void count() noexcept {
  if (own_number == most_counters)
    own_number = threads.fetch_add(1, std::memory_order_relaxed) % most_counters;
  counters[own_number].value.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

std::uint64_t allocations() noexcept {
  std::uint64_t sum = 0;
  for (auto& each : counters)
    sum += each.value.load(std::memory_order_relaxed);
  return sum;
}

} // namespace warren

extern "C" {

void* malloc(std::size_t size) {
  warren::count();
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  warren::count();
  return __libc_calloc(count, size);
}

void* realloc(void* old, std::size_t size) {
  warren::count();
  return __libc_realloc(old, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  warren::count();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** made, std::size_t alignment, std::size_t size) {
  warren::count();
  *made = __libc_memalign(alignment, size);
  return *made != nullptr ? 0 : 12; // ENOMEM
}

} // extern "C"
