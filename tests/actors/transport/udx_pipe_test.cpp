#include "actors/io_driver.hpp"
#include "tests/actors/transport/fake_peer_fixture.hpp"

using namespace warren;
using namespace warren::test;

BOOST_AUTO_TEST_SUITE(udx_pipe_test)

BOOST_FIXTURE_TEST_CASE(what_the_kernel_does_not_take_stops_the_stream_for_a_moment, pipes_fixture) {
  network.room = 5;
  pipes.find(pipe)->line->write(bytes(4 << 20, std::byte{1}));
  pipes.drive(now(), ignore);
  BOOST_TEST(network.waiting() == 5u);
  pass(0s);
  BOOST_REQUIRE(sent(udx::packet_type::data).size() == 5u);
  auto calls = network.send_calls;
  // There is room in the window again, and none in the kernel's buffer.
  receive(acknowledge({5}));
  BOOST_TEST(network.send_calls == calls);
  BOOST_TEST((pipes.next_deadline() <= now() + 1ms));
  network.room = 1'000'000;
  live(1ms);
  BOOST_TEST(network.send_calls > calls);
  BOOST_TEST(sent(udx::packet_type::data).size() > 5u);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_is_given_up_says_so_even_then, pipes_fixture) {
  network.room = 5;
  pipes.find(pipe)->line->write(bytes(1 << 20, std::byte{1}));
  pipes.drive(now(), ignore);
  pass(0s);
  pipes.end(now(), pipe, true);
  drive();
  BOOST_TEST(sent(udx::packet_type::destroy).size() == 1u);
  BOOST_TEST(pipes.empty());
}

BOOST_FIXTURE_TEST_CASE(
    whoever_opens_a_stream_gets_its_whole_window_once_it_has_proved_itself, pipes_fixture) {
  auto last_window = [this] {
    std::uint32_t window = 0;
    for (const auto& arrived : at_peer.all<packets_arrived>())
      window = udx::parse_packet(arrived.batch->packets()[0].payload)->header.rwnd;
    return window;
  };
  receive(acknowledge({}, udx::packet_type::heartbeat));
  BOOST_TEST(last_window() == 64u * 1024);
  pipes.find(pipe)->udx->set_proved();
  drive();
  BOOST_TEST(last_window() == udx::config{}.receive_window);
}

BOOST_FIXTURE_TEST_CASE(what_the_kernel_refuses_is_in_the_drivers_counters, actor_fixture) {
  auto socket = net::udp_socket::bind({*ip_address::parse("127.0.0.1"), 0});
  BOOST_REQUIRE(bool(socket));
  auto port = std::make_shared<udp_port>(make_socket_sender(*socket));
  auto driver = track(spawn_io_driver(sys, *socket, port));
  const bytes too_big(70'000); // UDP carries 65,507 octets over IPv4
  const net::datagram datagram{port->local(), too_big};
  auto report = port->sender().send(std::span{&datagram, 1});
  BOOST_TEST(report.failed == 1u);
  counter_map counters;
  spawn_function([&](caf::event_based_actor* self) {
    self->request(driver, caf::infinite, get_counters{}).then([&](const counter_map& told) {
      counters = told;
    });
  });
  run();
  BOOST_TEST(counters["udp.send_too_big"] == 1u);
  BOOST_TEST(counters.count("udp.send_blocked") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
