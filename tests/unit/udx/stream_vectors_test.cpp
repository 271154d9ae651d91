// The exchanges captured from libudx (udx.md section 18), with our stream in the place of "U".
#include "transports/udx/stream.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace std::chrono_literals;
using namespace warren;

namespace {

struct captured_stream {
  explicit captured_stream(std::uint32_t remote_id = 0x11223344) : stream{settings(remote_id), now} {}

  static udx::config settings(std::uint32_t remote_id) {
    udx::config result;
    result.local_id = 0x01020304;
    result.remote_id = remote_id;
    result.remote = *endpoint::parse("127.0.0.1:4000");
    return result;
  }

  /// Feeds one packet, and reads all that has arrived.
  void in(std::string_view hex) {
    stream.handle_packet(now, *endpoint::parse("127.0.0.1:4000"), *from_hex(hex));
    for (auto part = stream.readable(); !part.empty(); part = stream.readable()) {
      received += as_text(part);
      stream.consume(part.size());
    }
  }

  /// Returns what the stream sends now, in hexadecimal.
  std::vector<std::string> out() {
    std::vector<std::byte> arena(64 * 1024);
    udx::transmit_batch batch{arena};
    stream.poll_transmit(now, batch);
    std::vector<std::string> result;
    for (std::size_t i = 0; i < batch.size(); ++i)
      result.push_back(to_hex(batch[i]));
    return result;
  }

  void expect(std::vector<std::string> expected) {
    auto sent = out();
    BOOST_TEST(sent == expected, boost::test_tools::per_element());
  }

  time_point now{1h};
  udx::stream stream;
  std::string received;
};

} // namespace

BOOST_AUTO_TEST_SUITE(udx_stream_vectors)

BOOST_AUTO_TEST_CASE(the_whole_captured_conversation_is_repeated) {
  captured_stream u;
  // V1
  u.stream.write(as_byte_view("hello"));
  u.expect({"ff01010044332211000040000000000000000000"
            "68656c6c6f"});
  u.in("ff01000004030201000040000000000001000000");
  u.expect({});
  // V2
  u.in("ff01010004030201000040000000000001000000616263");
  u.expect({"ff01000044332211000040000100000001000000"});
  u.in("ff01010004030201000040000000000001000000616263");
  u.expect({"ff01000044332211000040000100000001000000"});
  // V3
  u.in("ff010100040302010000400002000000010000006d6e6f");
  BOOST_TEST(u.stream.urgent());
  u.expect({"ff01040044332211000040000100000001000000"
            "0200000003000000"});
  u.in("ff010100040302010000400004000000010000007374");
  u.expect({"ff01040044332211000040000100000001000000"
            "02000000030000000400000005000000"});
  u.in("ff010100040302010000400005000000010000007576");
  u.expect({"ff01040044332211000040000100000001000000"
            "02000000030000000400000006000000"});
  u.in("ff0101000403020100004000010000000100000064");
  BOOST_TEST(u.stream.urgent());
  u.expect({"ff01040044332211000040000100000003000000"
            "0400000006000000"});
  u.in("ff01010404030201000040000300000001000000000000006a6b6c");
  u.expect({"ff01000044332211000040000100000006000000"});
  BOOST_TEST(u.received == "abcdmnojklstuv");
  // V4
  u.in("ff01200004030201000040000600000001000000");
  u.expect({"ff01000044332211000040000100000006000000"});
}

BOOST_AUTO_TEST_CASE(the_peers_sacks_make_us_repeat_what_is_missing) {
  // V5, with the packets in flight that it speaks of.
  captured_stream u;
  u.stream.write(as_byte_view("a"));
  u.out();
  u.now += 20ms;
  u.in("ff01000004030201000040000000000001000000");
  for (auto text : {"b", "c", "d"}) {
    u.stream.write(as_byte_view(text));
    u.out();
    u.now += 10ms;
  }
  u.in("ff010508040302010000400000000000010000000300000004000000737475");
  u.now += 20ms;
  u.stream.handle_timeout(u.now);
  u.expect({"ff0101004433221100004000010000000100000062", "ff0101004433221100004000020000000100000063"});
}

BOOST_AUTO_TEST_CASE(both_sides_end_as_captured) {
  // V6, from the first sequence number on.
  captured_stream u;
  u.stream.end();
  u.expect({"ff01020044332211000040000000000000000000"});
  u.in("ff01000004030201000040000000000001000000");
  BOOST_TEST(!u.stream.is_closed());
  u.in("ff01020004030201000040000000000001000000");
  u.expect({"ff01000044332211000040000100000001000000"});
  BOOST_TEST(u.stream.is_closed());
  // Where the reference falls silent, we answer a repeated END.
  u.in("ff01020004030201000040000000000001000000");
  u.expect({"ff01000044332211000040000100000001000000"});
}

BOOST_AUTO_TEST_CASE(the_last_octets_travel_with_the_end) {
  captured_stream u{0x11223347};
  u.stream.write(as_byte_view("bye"));
  u.stream.end();
  u.expect({"ff01030047332211000040000000000000000000627965"});
}

BOOST_AUTO_TEST_CASE(a_fresh_stream_is_destroyed_with_one_packet) {
  captured_stream u{0x11223345};
  u.stream.destroy();
  BOOST_TEST(!u.stream.is_finished());
  u.expect({"ff01100045332211000040000000000000000000"});
  u.expect({});
  BOOST_TEST(u.stream.is_finished());
}

BOOST_AUTO_TEST_SUITE_END()
