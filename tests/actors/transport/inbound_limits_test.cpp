// Strangers that open streams to a node and say nothing more.
#include "actors/dial_endpoint.hpp"
#include "actors/pipe_set.hpp"
#include "messages/control_packet.hpp"
#include "messages/udx_packet.hpp"
#include "tests/actors/transport/state_of.hpp"
#include "tests/actors/transport/swarm_fixture.hpp"

using namespace warren;
using namespace warren::test;

namespace {

struct inbound_fixture : actor_fixture {
  struct stranger {
    std::shared_ptr<udp_port> port;
    recorder<packets_arrived> control;
    recorder<packets_arrived> stream;
    std::uint32_t id = 0; // what it calls its stream
  };

  inbound_fixture() { track(spawn_dialler(port, supervisor.handle)); }

  ~inbound_fixture() { kill_tracked(); }

  caf::actor spawn_dialler(std::shared_ptr<udp_port> at, const caf::actor& owner) {
    dial::config dialling;
    dialling.max_unproved = max_unproved;
    session_settings settings;
    settings.identity = std::make_shared<const crypto::identity>(crypto::identity::generate(random));
    settings.directory = std::make_shared<session_directory>();
    settings.supervisor = owner;
    return spawn_dial_endpoint(sys, std::move(at), std::move(settings), {}, dialling);
  }

  void pass(std::chrono::nanoseconds by) {
    advance_with(by, [this] { return network.deliver(); });
  }

  stranger stranger_at(std::uint16_t from) {
    stranger s{
        network.make_port(swarm_fixture::at(from)), record<packets_arrived>(), record<packets_arrived>(),
        from};
    s.port->control_to(s.control.handle);
    s.port->attach(s.id, s.stream.handle);
    return s;
  }

  control::packet answer_to(const stranger& s, const control::open& packet, const endpoint& to) {
    network.inject(s.port->local(), to, control::encode(packet));
    pass(0s);
    return *control::parse_packet(s.control.all<packets_arrived>().back().batch->packets()[0].payload);
  }

  /// Returns the packet that opens a stream at `to`.
  control::open with_cookie(const stranger& s, const endpoint& to) {
    control::open packet{s.id, {}, {}};
    packet.cookie = std::get<control::cookie>(answer_to(s, packet, to)).value;
    return packet;
  }

  stranger open_from(std::uint16_t from) {
    auto s = stranger_at(from);
    auto to = port->local();
    BOOST_REQUIRE(std::holds_alternative<control::accept>(answer_to(s, with_cookie(s, to), to)));
    return s;
  }

  bool was_dropped(const stranger& s) const {
    for (const auto& arrived : s.stream.all<packets_arrived>())
      if (udx::parse_packet(arrived.batch->packets()[0].payload)->header.has(udx::packet_type::destroy))
        return true;
    return false;
  }

  std::vector<session_closed> closed() const { return supervisor.all<session_closed>(); }

  crypto::system_random random;
  std::size_t max_unproved = 2;
  actor_network network;
  std::shared_ptr<udp_port> port = network.make_port(swarm_fixture::at(1));
  recorder<stream_started, session_established, session_closed> supervisor =
      record<stream_started, session_established, session_closed>();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(inbound_limits_test, inbound_fixture)

BOOST_AUTO_TEST_CASE(the_oldest_stranger_makes_room_for_a_newcomer_and_its_connection_ends_with_the_reason) {
  auto first = open_from(101);
  auto second = open_from(102);
  BOOST_TEST(closed().empty());
  auto third = open_from(103);
  BOOST_REQUIRE(closed().size() == 1u);
  BOOST_TEST((closed()[0].reason == errc::limit_reached));
  BOOST_TEST((closed()[0].stream == supervisor.all<stream_started>()[0].stream.address()));
  BOOST_TEST(was_dropped(first));
  BOOST_TEST(!was_dropped(second));
  open_from(104);
  BOOST_TEST(was_dropped(second));
  BOOST_TEST(!was_dropped(third));
}

BOOST_AUTO_TEST_CASE(whoever_has_proved_its_key_is_not_pushed_out_by_strangers) {
  auto honest = record<session_established>();
  auto dialler = track(spawn_dialler(network.make_port(swarm_fixture::at(2)), honest.handle));
  act::anon_mail(dial_peer{1, swarm_fixture::at(1), nullptr}).send(dialler);
  pass(0s);
  BOOST_REQUIRE(honest.all<session_established>().size() == 1u);
  BOOST_REQUIRE(supervisor.all<session_established>().size() == 1u);
  auto connection = supervisor.all<session_established>()[0].stream;
  for (std::uint16_t from = 101; from < 110; ++from)
    open_from(from);
  BOOST_TEST(closed().size() == 7u);
  for (const auto& report : closed())
    BOOST_TEST((report.stream != connection.address()));
  BOOST_TEST(state_of(connection).session.active_pipe().has_value(), "nor is its stream");
}

BOOST_AUTO_TEST_CASE(whoever_proves_its_key_in_the_moment_that_it_should_make_room_stays) {
  auto honest = record<session_established>();
  auto dial_from = [&](std::uint16_t from) {
    auto dialler = track(spawn_dialler(network.make_port(swarm_fixture::at(from)), honest.handle));
    act::anon_mail(dial_peer{1, swarm_fixture::at(1), nullptr}).send(dialler);
    run();
  };
  dial_from(2);
  int steps = 0; // from a dial to the message with the proof
  for (; supervisor.all<session_established>().empty(); ++steps) {
    BOOST_REQUIRE(network.deliver());
    run();
  }
  dial_from(3);
  for (int i = 1; i < steps; ++i) {
    network.deliver();
    run();
  }
  BOOST_REQUIRE(supervisor.all<session_established>().size() == 1u);
  auto stream = caf::actor_cast<noise_stream_actor>(supervisor.all<stream_started>()[1].stream);
  auto& pipes = state_of(supervisor.all<stream_started>()[1].stream).pipes;
  auto id = pipes.find(pipes.direct().at(0))->udx->local_id();
  network.deliver();
  act::anon_mail(stream_unwanted{id}).send(stream);
  pass(0s);
  BOOST_TEST(supervisor.all<session_established>().size() == 2u);
  BOOST_TEST(closed().empty());
  BOOST_TEST(state_of(supervisor.all<stream_started>()[1].stream).session.active_pipe().has_value());
}

// A pipe for a connection goes from the actor that took it to the one that owns the session. What the dialler says in between
// reaches an actor that is no more.
BOOST_AUTO_TEST_CASE(a_stream_that_should_give_way_while_it_is_handed_over_does) {
  max_unproved = 1;
  auto where = swarm_fixture::at(3);
  auto owner = record<stream_started, session_established>();
  auto here = network.make_port(where);
  track(spawn_dialler(here, owner.handle));
  auto honest = record<session_established>();
  auto dialler = track(spawn_dialler(network.make_port(swarm_fixture::at(2)), honest.handle));
  act::anon_mail(dial_peer{1, where, nullptr}).send(dialler);
  pass(0s);
  BOOST_REQUIRE(honest.all<session_established>().size() == 1u);
  BOOST_REQUIRE(owner.all<session_established>().size() == 1u);
  auto newcomer = stranger_at(101);
  auto open = control::encode(with_cookie(newcomer, where));
  act::anon_mail(dial_peer{2, where, honest.all<session_established>()[0].stream}).send(dialler);
  run();
  while (owner.all<stream_started>().size() < 2) {
    BOOST_REQUIRE(network.deliver());
    run();
  }
  network.deliver(); // that the stream stands; the newcomer is heard just before it is used
  network.inject(newcomer.port->local(), where, open);
  run();
  BOOST_REQUIRE(network.waiting() == 2u);
  network.deliver();
  auto& pipes = state_of(owner.all<stream_started>()[1].stream).pipes;
  auto gone = record<stream_unwanted>();
  here->attach(pipes.find(pipes.direct().at(0))->udx->local_id(), gone.handle);
  run();
  BOOST_TEST(gone.all<stream_unwanted>().size() == 1u);
  BOOST_TEST(state_of(owner.all<session_established>()[0].stream).pipes.size() == 1u);
}

// As it was, 1024 of these shut every direct dial out for good.
BOOST_AUTO_TEST_CASE(strangers_that_acknowledge_our_end_and_say_no_more_are_gone_in_the_end) {
  std::vector<stranger> strangers{open_from(101), open_from(102)};
  std::vector<caf::actor_addr> actors;
  for (const auto& started : supervisor.take<stream_started>())
    actors.push_back(started.stream.address());
  pass(session::limits{}.handshake_timeout);
  for (const auto& s : strangers) {
    auto last = udx::parse_packet(s.stream.all<packets_arrived>().back().batch->packets()[0].payload);
    BOOST_REQUIRE(last->header.has(udx::packet_type::end));
    auto accept = control::parse_packet(s.control.all<packets_arrived>().back().batch->packets()[0].payload);
    bytes ack(udx::header_size);
    udx::write_header(
        ack, {udx::packet_type::ack,
              0,
              std::get<control::accept>(*accept).responder_id,
              1 << 20,
              {},
              last->header.seq + 1});
    network.inject(s.port->local(), swarm_fixture::at(1), ack);
  }
  pass(pipe_set::peer_end_timeout);
  for (const auto& address : actors)
    BOOST_TEST(!caf::actor_cast<caf::actor>(address), "the actor is gone");
  for (const auto& s : strangers)
    BOOST_TEST(was_dropped(s));
}

BOOST_AUTO_TEST_CASE(the_answers_to_one_batch_leave_together) {
  auto asked = std::make_shared<std::vector<bytes>>();
  auto packets = std::make_shared<std::vector<net::packet>>();
  for (std::uint32_t i = 0; i < 50; ++i)
    asked->push_back(control::encode(control::open{i + 1, {}, {}}));
  for (std::size_t i = 0; i < asked->size(); ++i)
    packets->push_back({swarm_fixture::at(static_cast<std::uint16_t>(100 + i)), (*asked)[i]});
  std::span<const net::packet> view{*packets};
  run(); // so that the dialler listens
  auto calls = network.send_calls;
  port->deliver(net::packet_batch{packets, view});
  run();
  BOOST_TEST(network.waiting() == 50u);
  BOOST_TEST(network.send_calls == calls + 1);
}

BOOST_AUTO_TEST_SUITE_END()
