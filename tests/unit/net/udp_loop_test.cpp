#include "transports/net/machine_port.hpp"
#include "transports/net/udp_loop.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <thread>
#include <variant>

using namespace std::chrono_literals;
using warren::as_byte_view;
using warren::byte_view;
using warren::endpoint;
using warren::time_point;
using warren::to_bytes;
using warren::transmit;
using warren::net::udp_loop;

namespace {

const auto any_port = *endpoint::parse("127.0.0.1:0");

struct recorder final : warren::net::udp_port {
  void on_datagram(time_point, const endpoint& from, byte_view payload) override {
    received.emplace_back(from, to_bytes(payload));
  }

  void on_deadline(time_point) override { ++fired; }

  std::vector<std::pair<endpoint, warren::bytes>> received;
  int fired = 0;
};

/// Answers every datagram with itself until it is four octets long, one octet longer each time; says so as an event.
struct growing_echo {
  void handle_packet(time_point, const endpoint& from, byte_view payload) {
    auto copy = to_bytes(payload);
    copy.push_back(std::byte{'x'});
    if (copy.size() <= 4)
      out.push_back({from, std::move(copy)});
    else
      full = true;
  }

  void handle_timeout(time_point) {
    deadline.reset();
    out.push_back({whom, to_bytes("")});
  }

  std::optional<transmit> poll_transmit() {
    if (out.empty())
      return std::nullopt;
    auto next = std::move(out.front());
    out.pop_front();
    return next;
  }

  std::optional<bool> poll_event() { return std::exchange(full, false) ? std::optional{true} : std::nullopt; }

  std::optional<time_point> poll_timeout() const { return deadline; }

  endpoint whom;
  std::optional<time_point> deadline;
  std::deque<transmit> out;
  bool full = false;
};

/// Runs the loop until `done`; fails the test when that takes very long.
template <class Predicate>
void run(udp_loop& loop, Predicate done) {
  auto late = std::chrono::steady_clock::now() + 30s;
  while (!done()) {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < late);
    loop.run_once(10ms);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(udp_loop_test)

BOOST_AUTO_TEST_CASE(many_sockets_share_one_loop) {
  udp_loop loop;
  std::deque<recorder> ports(100);
  std::vector<udp_loop::port_id> ids;
  for (auto& each : ports)
    ids.push_back(*loop.bind(any_port, each));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const warren::net::datagram one{loop.local(ids[(i + 1) % ids.size()]), as_byte_view("hello")};
    BOOST_TEST(loop.send(ids[i], std::span{&one, 1}).sent == 1u);
  }
  run(loop, [&] { return loop.counters().packets == ids.size(); });
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& got = ports[(i + 1) % ids.size()].received;
    BOOST_REQUIRE(got.size() == 1u);
    BOOST_TEST((got[0].first == loop.local(ids[i])));
    BOOST_TEST((got[0].second == to_bytes("hello")));
  }
}

BOOST_AUTO_TEST_CASE(the_latest_deadline_counts_and_fires_once) {
  udp_loop loop;
  recorder moved;
  recorder called_off;
  recorder never;
  auto now = std::chrono::steady_clock::now();
  auto first = *loop.bind(any_port, moved);
  auto second = *loop.bind(any_port, called_off);
  auto third = *loop.bind(any_port, never);
  loop.arm(first, now + 1h);
  loop.arm(first, now + 2h);
  loop.arm(first, now);
  loop.arm(second, now);
  loop.arm(second, std::nullopt);
  loop.arm(third, now);
  loop.arm(third, now + 1h);
  for (int i = 0; i < 10; ++i)
    loop.run_once(0ms);
  BOOST_TEST(moved.fired == 1);
  BOOST_TEST(called_off.fired == 0);
  BOOST_TEST(never.fired == 0);
}

BOOST_AUTO_TEST_CASE(too_large_datagrams_are_dropped_and_counted) {
  udp_loop loop;
  recorder port;
  auto id = *loop.bind(any_port, port);
  for (std::size_t size : {5000u, 4000u}) {
    std::vector<std::byte> payload(size);
    const warren::net::datagram one{loop.local(id), payload};
    loop.send(id, std::span{&one, 1});
  }
  run(loop, [&] { return loop.counters().packets == 1; });
  BOOST_TEST(loop.counters().truncated == 1u);
  BOOST_TEST(port.received.at(0).second.size() == 4000u);
}

BOOST_AUTO_TEST_CASE(a_removed_socket_is_silent_and_its_place_is_used_again) {
  udp_loop loop;
  recorder gone;
  recorder fresh;
  auto id = *loop.bind(any_port, gone);
  const warren::net::datagram one{loop.local(id), as_byte_view("late")};
  loop.send(id, std::span{&one, 1});
  loop.arm(id, std::chrono::steady_clock::now());
  loop.remove(id);
  auto next = *loop.bind(any_port, fresh);
  for (int i = 0; i < 10; ++i)
    loop.run_once(0ms);
  BOOST_TEST(gone.received.empty());
  BOOST_TEST(gone.fired + fresh.fired == 0);
  BOOST_TEST(next.index == id.index);
  BOOST_TEST(bool(loop.bind(loop.local(next), gone).error()));
}

BOOST_AUTO_TEST_CASE(other_threads_post_work_and_stop_the_loop) {
  udp_loop loop;
  std::thread::id ran_on;
  std::thread other{[&] {
    loop.post([&] {
      ran_on = std::this_thread::get_id();
      loop.stop();
    });
  }};
  loop.run();
  other.join();
  BOOST_TEST((ran_on == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_machine_on_a_port_gets_packets_and_time_and_hands_out_events) {
  udp_loop loop;
  growing_echo a;
  growing_echo b;
  int events = 0;
  warren::net::machine_port<growing_echo> port_a{loop, a, [&](time_point, bool) { ++events; }};
  warren::net::machine_port<growing_echo> port_b{loop, b, [&](time_point, bool) { ++events; }};
  BOOST_REQUIRE(!port_a.bind(any_port));
  BOOST_REQUIRE(!port_b.bind(any_port));
  a.whom = port_b.local();
  auto now = std::chrono::steady_clock::now();
  a.deadline = now;
  port_a.drive(now);
  run(loop, [&] { return events == 1; });
}

BOOST_AUTO_TEST_SUITE_END()
