// When a tail loss probe goes out (RFC 8985 section 7), and when it would only add to the work of a machine that has too much.
#include "transports/udx/stream.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::udx;

namespace {

// Of a lone packet on a path with a short round trip: ten milliseconds, and two as it is alone.
constexpr duration first_timeout = 12ms;

/// A stream that knows its round trip: a millisecond.
struct measured_stream {
  measured_stream() : stream{settings(), now} {
    write();
    now += 1ms;
    acknowledge();
  }

  static udx::config settings() {
    udx::config result;
    result.local_id = 7;
    result.remote_id = 8;
    result.remote = *endpoint::parse("192.0.2.1:4000");
    return result;
  }

  /// Writes a packet and sends it.
  void write() {
    stream.write(as_byte_view("ping"));
    BOOST_TEST_REQUIRE(send() == 1u);
    ++written;
  }

  /// Takes the peer's ACK of everything.
  void acknowledge() {
    bytes datagram(header_size);
    write_header(datagram, {packet_type::ack, 0, 7, 4194304, {0}, {written}});
    stream.handle_packet(now, *endpoint::parse("192.0.2.1:4000"), datagram);
    BOOST_TEST_REQUIRE(stream.all_acknowledged());
    BOOST_TEST(send() == 0u);
  }

  std::size_t send() {
    std::vector<std::byte> arena(64 * 1024);
    transmit_batch batch{arena};
    return stream.poll_transmit(now, batch);
  }

  /// Lets the next deadline come, `late` too late; returns how many packets go out then.
  std::size_t wake(duration late = 0ms) {
    now = *stream.poll_timeout() + late;
    stream.handle_timeout(now);
    return send();
  }

  duration until_deadline() const { return *stream.poll_timeout() - now; }

  std::uint64_t probes() const { return stream.counters().tail_loss_probes; }

  time_point now{1h};
  udx::stream stream;
  std::uint32_t written = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(udx_tail_probe)

BOOST_AUTO_TEST_CASE(a_packet_that_is_not_acknowledged_is_probed_after_twelve_milliseconds) {
  measured_stream s;
  s.write();
  BOOST_TEST((s.until_deadline() == first_timeout));
  BOOST_TEST(s.wake() == 1u);
  BOOST_TEST(s.probes() == 1u);
  BOOST_TEST((s.until_deadline() == 2 * first_timeout));
}

BOOST_AUTO_TEST_CASE(a_probe_whose_time_is_seen_late_gives_the_answer_as_long_again) {
  measured_stream s;
  s.write();
  BOOST_TEST(s.wake(300ms) == 0u);
  BOOST_TEST((s.until_deadline() == 300ms));
  s.now += 200ms;
  s.acknowledge();
  BOOST_TEST(s.probes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_probe_gives_the_answer_time_once_however_late_it_is) {
  measured_stream s;
  s.write();
  BOOST_TEST(s.wake(100ms) == 0u);
  BOOST_TEST(s.wake(100ms) == 1u);
  BOOST_TEST(s.probes() == 1u);
  // And the next one again.
  BOOST_TEST(s.wake(100ms) == 0u);
  BOOST_TEST(s.wake() == 1u);
  BOOST_TEST(s.probes() == 2u);
}

BOOST_AUTO_TEST_CASE(a_little_late_is_in_time) {
  measured_stream s;
  s.write();
  BOOST_TEST(s.wake(9ms) == 1u);
  BOOST_TEST(s.probes() == 1u);
}

// Who was stopped for as long asks first, and does not take everything for lost.
BOOST_AUTO_TEST_CASE(a_wake_up_later_than_the_retransmission_timer_probes_all_the_same) {
  measured_stream s;
  s.write();
  BOOST_TEST(s.wake(1200ms) == 1u);
  BOOST_TEST(s.probes() == 1u);
  BOOST_TEST(s.stream.counters().timeouts == 0u);
}

BOOST_AUTO_TEST_CASE(a_probe_that_gives_the_answer_time_puts_the_retransmission_timer_off) {
  measured_stream s;
  s.write();
  BOOST_TEST(s.wake(600ms) == 0u);
  BOOST_TEST((s.until_deadline() == 600ms));
  BOOST_TEST(s.wake() == 1u);
  BOOST_TEST(s.probes() == 1u);
  BOOST_TEST(s.stream.counters().timeouts == 0u);
}

BOOST_AUTO_TEST_CASE(the_retransmission_timer_ends_what_late_probes_do_not) {
  measured_stream s;
  s.write();
  auto written_at = s.now;
  while (s.stream.counters().timeouts == 0 && s.now < written_at + 10s)
    s.wake(250ms);
  BOOST_TEST(s.probes() >= 1u);
  BOOST_TEST((s.now - written_at < 4s));
}

BOOST_AUTO_TEST_SUITE_END()
