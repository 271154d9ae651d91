#pragma once

#include "actors/udp_port.hpp"
#include "transports/net/udp_socket.hpp"

namespace warren {

/// Returns a sender over `socket`.
std::shared_ptr<datagram_sender> make_socket_sender(std::shared_ptr<net::udp_socket> socket);

/// Spawns the actor that reads `socket` on a thread of its own and hands what arrives to `port`. The socket outlives the
/// actor: a restarted driver reads on, and what arrived meanwhile waits in the kernel's buffer.
///
/// Answers get_counters with those of `port`, with "udp.truncated" and "udp.starved" (net::receiver_counters), and with what the
/// kernel did not send (net::udp_counters): "udp.send_blocked" as the socket's buffer was full, "udp.send_unreachable",
/// "udp.send_too_big", "udp.send_refused" after an ICMP error, "udp.send_failed" for any other reason.
caf::actor spawn_io_driver(
    caf::actor_system& system, std::shared_ptr<net::udp_socket> socket, std::shared_ptr<udp_port> port);

} // namespace warren
