// What a peer, or somebody who guesses, may try: each attempt is counted under its reason and changes nothing.
#include "transports/udx/stream.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::udx;

namespace {

constexpr std::uint32_t own_id = 7;

struct subject {
  explicit subject(std::size_t window = 4096, bool any_source = false)
      : stream{settings(window, any_source), now} {}

  static udx::config settings(std::size_t window, bool any_source) {
    udx::config result;
    result.local_id = own_id;
    result.remote_id = 8;
    result.remote = *endpoint::parse("192.0.2.1:4000");
    result.receive_window = window;
    result.accept_any_source = any_source;
    return result;
  }

  void in(packet_header header, std::string_view body = {}, std::string_view from = "192.0.2.1:4000") {
    if (header.stream_id == 0)
      header.stream_id = own_id;
    bytes datagram(header_size);
    write_header(datagram, header);
    for (auto octet : as_byte_view(body))
      datagram.push_back(octet);
    stream.handle_packet(now, *endpoint::parse(from), datagram);
  }

  static packet_header data(std::uint32_t seq, std::uint32_t ack = 0, std::uint8_t type = packet_type::data) {
    return {type, 0, 0, 4194304, {seq}, {ack}};
  }

  std::size_t send() {
    std::vector<std::byte> arena(128 * 1024);
    transmit_batch batch{arena};
    return stream.poll_transmit(now, batch);
  }

  const udx::counters& counts() const { return stream.counters(); }

  time_point now{1h};
  udx::stream stream;
};

bytes block(std::uint32_t start, std::uint32_t end) {
  bytes result(sack_block_size);
  write_sack_block(result, 0, {{start}, {end}});
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(udx_stream_refusals)

BOOST_AUTO_TEST_CASE(garbage_is_malformed) {
  subject s;
  s.stream.handle_packet(
      s.now, *endpoint::parse("192.0.2.1:4000"), as_byte_view("garbage that is no packet"));
  s.stream.handle_packet(s.now, *endpoint::parse("192.0.2.1:4000"), {});
  BOOST_TEST(s.counts().malformed == 2u);
  BOOST_TEST(s.send() == 0u);
}

BOOST_AUTO_TEST_CASE(another_streams_packet_is_refused) {
  subject s;
  auto header = subject::data(0);
  header.stream_id = own_id + 1;
  s.in(header, "x");
  BOOST_TEST(s.counts().wrong_stream == 1u);
  BOOST_TEST(s.stream.readable().empty());
}

BOOST_AUTO_TEST_CASE(another_source_is_refused_unless_told_otherwise) {
  subject strict;
  strict.in(subject::data(0), "x", "192.0.2.2:4000");
  strict.in(subject::data(0), "x", "192.0.2.1:4001");
  BOOST_TEST(strict.counts().wrong_source == 2u);
  BOOST_TEST(strict.stream.readable().empty());
  subject lax{4096, true};
  lax.in(subject::data(0), "x", "192.0.2.2:4000");
  BOOST_TEST(as_text(lax.stream.readable()) == "x");
  BOOST_TEST(to_string(lax.stream.remote()) == "192.0.2.1:4000");
}

BOOST_AUTO_TEST_CASE(an_ack_of_what_was_never_sent_is_refused_with_its_data) {
  subject s;
  s.in(subject::data(0, 1), "x");
  s.in(subject::data(0, 0x80000000), "x");
  s.in(subject::data(0, 0x7fffffff), "x");
  s.in(subject::data(0, 0u - std::uint32_t{max_packets_in_flight} - 1), "x");
  BOOST_TEST(s.counts().bad_ack == 4u);
  BOOST_TEST(s.stream.readable().empty());
  BOOST_TEST(s.send() == 0u);
}

BOOST_AUTO_TEST_CASE(a_sequence_number_beyond_the_window_is_refused) {
  subject s;
  s.in(subject::data(5000), "x");
  s.in(subject::data(0x7fffffff), "x");
  BOOST_TEST(s.counts().out_of_window == 2u);
  BOOST_TEST(s.send() == 0u);
}

BOOST_AUTO_TEST_CASE(a_destroy_must_lie_in_the_window) {
  subject s;
  s.in(subject::data(0), "x");
  s.in(subject::data(0, 0, packet_type::destroy));
  s.in(subject::data(6000, 0, packet_type::destroy));
  BOOST_TEST(s.counts().out_of_window == 2u);
  BOOST_TEST(!s.stream.is_closed());
  s.in(subject::data(1, 0, packet_type::destroy));
  BOOST_TEST(s.stream.is_closed());
}

BOOST_AUTO_TEST_CASE(more_octets_than_the_window_and_its_slack_are_refused_in_order_or_not) {
  subject s{4096};
  std::string kilo(1000, 'x');
  auto most = (4096 + receive_window_slack) / 1000;
  for (std::uint32_t seq = 0; seq < most + 5; ++seq)
    s.in(subject::data(seq), kilo);
  BOOST_TEST(s.counts().octets_in == most * 1000);
  BOOST_TEST(s.counts().receive_buffer_full == 5u);
  // The sender must hear of it, whatever it believed.
  BOOST_TEST(s.send() == 1u);

  subject ahead{4096};
  std::string large(2000, 'y');
  for (std::uint32_t seq = 1; seq < 60; ++seq)
    ahead.in(subject::data(seq), large);
  BOOST_TEST(ahead.counts().receive_buffer_full > 0u);
  // The packet that fills the hole is always taken.
  ahead.in(subject::data(0), large);
  BOOST_TEST(ahead.counts().octets_in >= 4096 + receive_window_slack - 2000);
}

BOOST_AUTO_TEST_CASE(nothing_comes_after_the_end) {
  subject s;
  s.in(subject::data(2, 0, packet_type::end));
  s.in(subject::data(3), "behind the end");
  s.in(subject::data(1, 0, packet_type::end));
  BOOST_TEST(s.counts().after_end == 2u);
  s.in(subject::data(0), "a");
  s.in(subject::data(1), "b");
  BOOST_TEST(as_text(s.stream.readable()) == "ab");

  subject late;
  late.in(subject::data(3), "x");
  late.in(subject::data(2, 0, packet_type::end));
  BOOST_TEST(late.counts().after_end == 1u);
}

BOOST_AUTO_TEST_CASE(sack_blocks_outside_of_what_is_in_flight_are_ignored) {
  subject s;
  s.stream.write(as_byte_view("hello"));
  BOOST_TEST(s.send() == 1u);
  for (auto [start, end] :
       {std::pair{0u, 2u}, std::pair{1u, 1u}, std::pair{1u, 0u}, std::pair{0u - 1, 1u},
        std::pair{0x7fffffffu, 0x80000001u}, std::pair{0u, 0x80000000u}, std::pair{0x80000000u, 1u}})
    s.in(subject::data(0, 0, packet_type::sack), as_text(block(start, end)));
  BOOST_TEST(s.counts().bad_sack_block == 7u);
  BOOST_TEST(!s.stream.all_acknowledged());
}

BOOST_AUTO_TEST_CASE(a_message_is_counted_and_ignored) {
  subject s;
  s.in(subject::data(0, 0, packet_type::message), "msg!");
  BOOST_TEST(s.counts().messages_ignored == 1u);
  BOOST_TEST(s.stream.readable().empty());
  BOOST_TEST(s.send() == 0u);
}

BOOST_AUTO_TEST_CASE(a_finished_stream_takes_nothing) {
  subject s;
  s.stream.destroy();
  s.send();
  s.in(subject::data(0), "x");
  BOOST_TEST(s.counts().after_close == 1u);
  BOOST_TEST(s.send() == 0u);
  BOOST_TEST(s.stream.write(as_byte_view("x")) == 0u);
}

BOOST_AUTO_TEST_CASE(a_sack_names_at_most_fifty_blocks_and_always_the_newest) {
  subject s{1024 * 1024};
  for (std::uint32_t seq = 1; seq < 200; seq += 2)
    s.in(subject::data(seq), "x");
  std::vector<std::byte> arena(4096);
  transmit_batch batch{arena};
  BOOST_REQUIRE(s.stream.poll_transmit(s.now, batch) == 1u);
  auto sent = parse_packet(batch[0]);
  BOOST_REQUIRE(sent);
  BOOST_REQUIRE(sent->sack_area().size() == max_sack_blocks * sack_block_size);
  BOOST_TEST((read_sack_block(sent->sack_area(), 49) == sack_block{{199}, {200}}));
  BOOST_TEST((read_sack_block(sent->sack_area(), 0) == sack_block{{101}, {102}}));
  s.in(subject::data(4), "x");
  batch.clear();
  s.stream.poll_transmit(s.now, batch);
  sent = parse_packet(batch[0]);
  BOOST_TEST((read_sack_block(sent->sack_area(), 0) == sack_block{{1}, {2}}));
  BOOST_TEST((read_sack_block(sent->sack_area(), 1) == sack_block{{3}, {6}}));
}

BOOST_AUTO_TEST_CASE(only_a_packet_that_makes_or_fills_a_hole_is_urgent) {
  subject s;
  s.in(subject::data(0), "x");
  BOOST_TEST(!s.stream.urgent());
  s.in(subject::data(2), "x");
  BOOST_TEST(s.stream.urgent());
  BOOST_TEST(s.send() == 1u);
  BOOST_TEST(!s.stream.urgent());
  s.in(subject::data(3), "x");
  BOOST_TEST(!s.stream.urgent());
  s.in(subject::data(5), "x");
  BOOST_TEST(s.stream.urgent());
  BOOST_TEST(s.send() == 1u);
  s.in(subject::data(1), "x");
  BOOST_TEST(s.stream.urgent());
}

BOOST_AUTO_TEST_CASE(a_window_that_is_raised_is_told_and_used) {
  subject s{64 * 1024};
  auto wide = std::string(1000, 'x');
  for (std::uint32_t seq = 1; seq < 200; ++seq) // 0 is missing
    s.in(subject::data(seq), wide);
  auto too_much = [&] { return s.counts().receive_buffer_full + s.counts().out_of_window; };
  BOOST_TEST(too_much() > 0u);
  BOOST_TEST(s.send() == 1u);
  s.stream.raise_receive_window(1 << 20);
  BOOST_TEST(s.send() == 1u);
  s.stream.raise_receive_window(1000); // never less
  BOOST_TEST(s.send() == 0u);
  auto refused = too_much();
  for (std::uint32_t seq = 130; seq < 900; ++seq)
    s.in(subject::data(seq), wide);
  BOOST_TEST(too_much() == refused);
}

BOOST_AUTO_TEST_CASE(one_ack_answers_a_batch) {
  subject s;
  for (std::uint32_t seq = 0; seq < 32; ++seq)
    s.in(subject::data(seq), "x");
  BOOST_TEST(s.send() == 1u);
  BOOST_TEST(s.send() == 0u);
}

BOOST_AUTO_TEST_CASE(a_write_is_bounded_by_the_send_buffer) {
  udx::config settings;
  settings.send_buffer = 10;
  udx::stream stream{settings, time_point{1h}};
  BOOST_TEST(stream.write(as_byte_view("0123456789abc")) == 10u);
  BOOST_TEST(stream.write(as_byte_view("d")) == 0u);
  BOOST_TEST(stream.writable_octets() == 0u);
}

BOOST_AUTO_TEST_CASE(an_error_code_reads_back_and_says_what_to_do) {
  for (auto code :
       {udx::errc::connection_reset, udx::errc::timed_out, udx::errc::aborted, udx::errc::message_too_long,
        udx::errc::too_many_messages, udx::errc::stream_over}) {
    std::error_code error = code;
    BOOST_TEST(error == code);
    BOOST_TEST(error.message().size() > 20u);
    BOOST_TEST(std::string{error.category().name()} == "warren.udx");
  }
}

BOOST_AUTO_TEST_SUITE_END()
