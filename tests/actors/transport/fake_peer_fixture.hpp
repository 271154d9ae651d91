#pragma once

#include "actors/pipe_set.hpp"
#include "messages/udx_packet.hpp"
#include "tests/actors/transport/swarm_fixture.hpp"

namespace warren::test {

inline constexpr std::uint32_t our_id = 7;
inline constexpr std::uint32_t peer_stream_id = 9;

/// One UDX stream, and a peer that is nothing but what the test sends in its name.
struct fake_peer_fixture : actor_fixture {
  fake_peer_fixture() { peer->attach(peer_stream_id, at_peer.handle); }

  ~fake_peer_fixture() { kill_tracked(); }

  direct_start stream(session::role role = session::role::responder) {
    direct_start start{port, dialler.handle, {}, role};
    start.stream.local_id = our_id;
    start.stream.remote_id = peer_stream_id;
    start.stream.remote = peer->local();
    return start;
  }

  void pass(std::chrono::nanoseconds by) {
    advance_with(by, [this] { return network.deliver(); });
  }

  /// Returns the packets with `flag` that have come to the peer so far.
  std::vector<udx::packet_header> sent(std::uint8_t flag) const {
    std::vector<udx::packet_header> result;
    for (const auto& arrived : at_peer.all<packets_arrived>())
      for (const auto& packet : *arrived.batch)
        if (auto parsed = udx::parse_packet(packet.payload); parsed && parsed->header.has(flag))
          result.push_back(parsed->header);
    return result;
  }

  bytes acknowledge(udx::sequence_number next, std::uint8_t type = udx::packet_type::ack) const {
    bytes packet(udx::header_size);
    udx::write_header(packet, {type, 0, our_id, 1 << 20, {}, next});
    return packet;
  }

  void acknowledge_end() {
    auto ends = sent(udx::packet_type::end);
    BOOST_REQUIRE(!ends.empty());
    network.inject(peer->local(), port->local(), acknowledge(ends.back().seq + 1));
    pass(0s);
  }

  actor_network network;
  std::shared_ptr<udp_port> port = network.make_port(swarm_fixture::at(1));
  std::shared_ptr<udp_port> peer = network.make_port(swarm_fixture::at(2));
  recorder<packets_arrived> at_peer = record<packets_arrived>();
  recorder<stream_released> dialler = record<stream_released>();
};

/// The pipes of a session, without it.
struct pipes_fixture : fake_peer_fixture {
  void receive(bytes datagram) {
    net::packet packet{peer->local(), datagram};
    pipes.handle_packets(now(), net::packet_batch{nullptr, std::span{&packet, 1}}, ignore);
    drive();
  }

  void drive() {
    pipes.drive(now(), ignore);
    pipes.reap(now());
    pass(0s);
  }

  /// Lets time pass as the connection actor does: from one deadline to the next.
  void live(duration by) {
    for (auto until = now() + by; now() < until;) {
      auto due = pipes.next_deadline().value_or(until);
      pass(std::max<duration>(std::min(due, until) - now(), 0s));
      BOOST_REQUIRE(++turns < 10'000);
      pipes.handle_timeout(now());
      drive();
    }
  }

  pipe_set::sink ignore = [](session::pipe_id, byte_view) {};
  pipe_set pipes;
  session::pipe_id pipe = pipes.add(std::make_unique<udx_pipe>(stream(), now()), 0);
  int turns = 0;
};

} // namespace warren::test
