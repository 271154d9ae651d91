// Our relay between two streams on one UDP socket, driven by a plain poll() loop.
//   udx_relay LOCAL_ID_A REMOTE_ID_A LOCAL_ID_B REMOTE_ID_B
// LOCAL_ID is what the peer's packets carry, REMOTE_ID what packets to it carry. Each peer's endpoint is learnt from the first
// packet for its leg. Prints "port N" when it is ready; when its standard input ends, or with exit status 3 when a peer
// DESTROYs, one line of counters.
#include "tests/interop/udx/loopback_socket.hpp"
#include "transports/udx/relay.hpp"

#include <poll.h>

#include <cstdlib>

namespace {

using namespace warren;

void receive(loopback_socket& socket, udx::relay& joined) {
  std::array<std::byte, 2049> buffer;
  endpoint from;
  while (auto datagram = socket.receive(buffer, from)) {
    auto leg = joined.leg_of(*datagram);
    if (leg && !joined.is_connected(*leg))
      joined.connect(*leg, from);
    if (auto out = joined.handle_packet(from, *datagram))
      socket.send(out->to, out->datagram);
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: udx_relay LOCAL_ID_A REMOTE_ID_A LOCAL_ID_B REMOTE_ID_B\n");
    return 2;
  }
  auto id = [&](int i) { return static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10)); };
  udx::relay joined{{id(1), id(2), std::nullopt}, {id(3), id(4), std::nullopt}};
  loopback_socket socket;
  for (auto told_to_stop = false; !told_to_stop && !joined.is_closed();) {
    std::array<pollfd, 2> ready{{{socket.native_handle(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    poll(ready.data(), ready.size(), -1);
    receive(socket, joined);
    std::array<char, 64> ignored;
    told_to_stop = ready[1].revents != 0 && read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0;
  }
  const auto& counts = joined.counters();
  auto refused = counts.malformed + counts.unknown_stream + counts.wrong_source + counts.after_close;
  std::printf(
      "relayed %llu unconnected %llu refused %llu\n", static_cast<unsigned long long>(counts.packets),
      static_cast<unsigned long long>(counts.unconnected), static_cast<unsigned long long>(refused));
  return joined.is_closed() ? 3 : 0;
}
