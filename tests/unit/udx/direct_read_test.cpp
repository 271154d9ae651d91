// What arrives in order can be had without a copy.
#include "transports/udx/stream.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::udx;

namespace {

struct reader {
  void in(std::uint32_t seq, std::string_view body, std::uint8_t type = packet_type::data) {
    bytes datagram(header_size);
    write_header(datagram, {type, 0, 7, 4194304, {seq}, {0}});
    put_text(datagram, body);
    stream.handle_packet(time_point{1h}, {}, datagram, take);
  }

  static void put_text(bytes& to, std::string_view text) {
    auto octets = as_byte_view(text);
    to.insert(to.end(), octets.begin(), octets.end());
  }

  static udx::config settings() {
    udx::config result;
    result.local_id = 7;
    result.accept_any_source = true;
    return result;
  }

  std::string got;
  octet_sink take = [this](byte_view octets) { got += as_text(octets); };
  udx::stream stream{settings(), time_point{1h}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(udx_direct_read, reader)

BOOST_AUTO_TEST_CASE(octets_in_order_go_to_the_sink_and_are_not_kept) {
  in(0, "one ");
  in(1, "two ");
  BOOST_TEST(got == "one two ");
  BOOST_TEST(stream.readable().empty());
  BOOST_TEST(stream.counters().octets_in == 8u);
}

BOOST_AUTO_TEST_CASE(what_waited_for_a_hole_follows_when_it_is_filled) {
  in(1, "two ");
  in(2, "three", packet_type::data | packet_type::end);
  BOOST_TEST(got.empty());
  in(0, "one ");
  BOOST_TEST(got == "one two three");
  BOOST_TEST(stream.readable().empty());
}

BOOST_AUTO_TEST_CASE(nothing_overtakes_what_waits_to_be_read) {
  auto sink = std::exchange(take, {});
  in(0, "one ");
  take = sink;
  in(1, "two");
  BOOST_TEST(got.empty());
  BOOST_TEST(as_text(stream.readable()) == "one two");
}

BOOST_AUTO_TEST_CASE(what_is_repeated_goes_to_the_sink_once) {
  in(0, "once");
  in(0, "once");
  BOOST_TEST(got == "once");
  BOOST_TEST(stream.counters().duplicates_in == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
