// How fast one core turns octets into UDX packets and back: two streams in one thread, without sockets, in
// virtual time of 100 microseconds per exchange. Counts heap allocations of the second half of the run, which
// should be next to none.
//   udx_machine_bench [MIB]
#include "transports/udx/stream.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

std::size_t allocations = 0;

} // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (auto memory = std::malloc(size))
    return memory;
  throw std::bad_alloc{};
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

using namespace std::chrono_literals;
using namespace warren;

udx::config side(std::uint32_t own, std::uint32_t other) {
  udx::config result;
  result.local_id = own;
  result.remote_id = other;
  result.remote = {*ip_address::parse("127.0.0.1"), static_cast<std::uint16_t>(other)};
  return result;
}

struct pipe_in_memory {
  time_point now{1h};
  udx::stream sender{side(1, 2), now};
  udx::stream receiver{side(2, 1), now};
  std::vector<std::byte> arena = std::vector<std::byte>(64 * 1500);
  udx::transmit_batch batch{arena, 64};
  std::uint64_t packets = 0;

  void pass(udx::stream& from, udx::stream& to) {
    for (;;) {
      batch.clear();
      if (from.poll_transmit(now, batch) == 0)
        return;
      packets += batch.size();
      for (std::size_t i = 0; i < batch.size(); ++i)
        to.handle_packet(now, to.remote(), batch[i]);
      if (&to == &receiver)
        while (!to.readable().empty())
          to.consume(to.readable().size());
    }
  }

  /// Moves `octets` through; returns seconds.
  double move(std::uint64_t octets) {
    bytes chunk(256 * 1024);
    auto until = receiver.counters().octets_in + octets;
    auto start = std::chrono::steady_clock::now();
    while (receiver.counters().octets_in < until) {
      sender.write(chunk);
      pass(sender, receiver);
      now += 50us;
      pass(receiver, sender);
      now += 50us;
      sender.handle_timeout(now);
      while (sender.poll_event() || receiver.poll_event()) {
      }
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
};

} // namespace

int main(int argc, char** argv) {
  auto mib = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2048;
  pipe_in_memory pipe;
  pipe.move(mib * 512 * 1024);
  auto packets = pipe.packets;
  auto allocated = allocations;
  auto octets = mib * 512 * 1024;
  auto seconds = pipe.move(octets);
  allocated = allocations - allocated;
  packets = pipe.packets - packets;
  auto rate = static_cast<double>(octets) / seconds / 1e6;
  std::printf(
      "{\"name\":\"udx_machine\",\"megabytes_per_second\":%.0f,\"nanoseconds_per_packet\":%.0f,"
      "\"allocations\":%zu,\"packets\":%llu}\n",
      rate, seconds * 1e9 / static_cast<double>(packets), allocated,
      static_cast<unsigned long long>(packets));
  return 0;
}
