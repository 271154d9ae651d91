// Joining two peers' streams (udx.md section 15).
#include "transports/udx/relay.hpp"

#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::udx;

namespace {

const endpoint at_a = *endpoint::parse("192.0.2.1:1000");
const endpoint at_b = *endpoint::parse("192.0.2.2:2000");
const endpoint elsewhere = *endpoint::parse("192.0.2.3:3000");

// The ids of V7.
constexpr std::uint32_t for_a = 10;
constexpr std::uint32_t for_b = 20;

relay joined() {
  return {{for_a, 100, at_a}, {for_b, 200, at_b}};
}

bytes packet_to(std::uint32_t id, std::uint8_t type, std::string_view payload = {}) {
  bytes result(header_size);
  write_header(result, {type, 0, id, 4194304, {7}, {9}});
  for (auto octet : as_byte_view(payload))
    result.push_back(octet);
  return result;
}

/// Returns what the relay makes of it, or nothing when it was refused.
std::string passed(relay& subject, const endpoint& from, bytes datagram) {
  auto before = datagram;
  auto out = subject.handle_packet(from, datagram);
  if (!out)
    BOOST_TEST((datagram == before), "what is refused is left alone");
  return out ? to_hex(out->datagram) : "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(udx_relay)

BOOST_AUTO_TEST_CASE(the_captured_packet_is_passed_on) {
  // V7
  auto subject = joined();
  auto datagram = *from_hex("ff0101000a000000b31500000000000000000000616761696e");
  auto out = subject.handle_packet(at_a, datagram);
  BOOST_REQUIRE(out.has_value());
  BOOST_TEST(to_hex(out->datagram) == "ff010100c8000000b31500000000000000000000616761696e");
  BOOST_TEST((out->to == at_b));
  BOOST_TEST((out->side == relay_side::b));
  BOOST_TEST((out->datagram.data() == datagram.data()));
  BOOST_TEST(subject.counters().packets == 1u);
  BOOST_TEST(subject.counters().octets == 25u);
}

BOOST_AUTO_TEST_CASE(packets_of_every_type_cross_both_ways_with_their_id_alone_changed) {
  auto subject = joined();
  for (unsigned type = 0; type < 256; ++type) {
    auto flags = static_cast<std::uint8_t>(type);
    if ((flags & packet_type::destroy) != 0)
      continue;
    BOOST_TEST(
        passed(subject, at_a, packet_to(for_a, flags, "body")) == to_hex(packet_to(200, flags, "body")));
    BOOST_TEST(passed(subject, at_b, packet_to(for_b, flags)) == to_hex(packet_to(100, flags)));
  }
  // Also one whose extension is malformed: that is the receiver's to judge.
  auto odd = packet_to(for_a, packet_type::data);
  odd[3] = std::byte{200};
  BOOST_TEST(!passed(subject, at_a, odd).empty());
}

BOOST_AUTO_TEST_CASE(a_destroy_crosses_and_closes_the_relay) {
  for (auto side : {relay_side::a, relay_side::b}) {
    auto subject = joined();
    auto of_a = side == relay_side::a;
    BOOST_TEST(!subject.is_closed());
    BOOST_TEST(
        passed(subject, of_a ? at_a : at_b, packet_to(of_a ? for_a : for_b, packet_type::destroy))
        == to_hex(packet_to(of_a ? 200 : 100, packet_type::destroy)));
    BOOST_TEST(subject.is_closed());
    BOOST_TEST(passed(subject, at_a, packet_to(for_a, packet_type::data, "x")).empty());
    BOOST_TEST(passed(subject, at_b, packet_to(for_b, packet_type::data, "x")).empty());
    BOOST_TEST(subject.counters().after_close == 2u);
  }
}

BOOST_AUTO_TEST_CASE(a_packet_from_elsewhere_or_for_nobody_is_refused) {
  auto subject = joined();
  BOOST_TEST(passed(subject, elsewhere, packet_to(for_a, packet_type::data, "x")).empty());
  BOOST_TEST(passed(subject, at_b, packet_to(for_a, packet_type::data, "x")).empty());
  BOOST_TEST(passed(subject, elsewhere, packet_to(for_a, packet_type::destroy)).empty());
  BOOST_TEST(subject.counters().wrong_source == 3u);
  BOOST_TEST(passed(subject, at_a, packet_to(30, packet_type::data, "x")).empty());
  BOOST_TEST(passed(subject, at_a, packet_to(100, packet_type::data, "x")).empty());
  BOOST_TEST(subject.counters().unknown_stream == 2u);
  BOOST_TEST(passed(subject, at_a, to_bytes("d1:ad2:id20:garbage that is no packet")).empty());
  BOOST_TEST(passed(subject, at_a, {}).empty());
  BOOST_TEST(subject.counters().malformed == 2u);
  BOOST_TEST(!subject.is_closed());
  BOOST_TEST(subject.counters().packets == 0u);
}

BOOST_AUTO_TEST_CASE(a_leg_whose_peer_is_not_known_yet_neither_takes_nor_gives) {
  relay subject{{for_a, 100, at_a}, {for_b, 200, std::nullopt}};
  BOOST_TEST(passed(subject, at_a, packet_to(for_a, packet_type::data, "early")).empty());
  auto first = packet_to(for_b, packet_type::data, "here I am");
  BOOST_TEST(passed(subject, at_b, first).empty());
  BOOST_TEST(subject.counters().unconnected == 2u);
  // As the reference's firewall does: the caller learns the address from the first packet.
  BOOST_REQUIRE((subject.leg_of(first) == relay_side::b));
  BOOST_TEST(!subject.is_connected(relay_side::b));
  subject.connect(relay_side::b, at_b);
  BOOST_TEST(passed(subject, at_b, first) == to_hex(packet_to(100, packet_type::data, "here I am")));
  BOOST_TEST(!passed(subject, at_a, packet_to(for_a, packet_type::data, "again")).empty());
}

BOOST_AUTO_TEST_CASE(a_destroy_before_the_other_leg_is_known_closes_the_relay_too) {
  relay subject{{for_a, 100, at_a}, {for_b, 200, std::nullopt}};
  BOOST_TEST(passed(subject, at_a, packet_to(for_a, packet_type::destroy)).empty());
  BOOST_TEST(subject.is_closed());
}

BOOST_AUTO_TEST_CASE(a_peer_may_move) {
  auto subject = joined();
  subject.connect(relay_side::b, elsewhere);
  BOOST_TEST(passed(subject, at_b, packet_to(for_b, packet_type::data, "old")).empty());
  BOOST_TEST(!passed(subject, elsewhere, packet_to(for_b, packet_type::data, "new")).empty());
  auto datagram = packet_to(for_a, packet_type::ack);
  BOOST_TEST((subject.handle_packet(at_a, datagram)->to == elsewhere));
}

BOOST_AUTO_TEST_CASE(whatever_octets_come_each_datagram_is_counted_once) {
  test::seeded_random random{15};
  auto subject = joined();
  constexpr std::uint64_t tries = 2000;
  for (std::uint64_t i = 0; i < tries; ++i) {
    std::array<std::byte, 2> dice;
    random.fill(dice);
    bytes datagram(std::to_integer<std::size_t>(dice[0]) % 40);
    random.fill(datagram);
    if (datagram.size() > 4 && (dice[1] & std::byte{1}) == std::byte{1}) {
      datagram[0] = magic;
      datagram[1] = wire_version;
      datagram[2] &= ~std::byte{packet_type::destroy};
    }
    if (datagram.size() >= header_size && (dice[1] & std::byte{2}) == std::byte{2})
      write_stream_id(datagram, for_a);
    passed(subject, at_a, datagram);
  }
  const auto& counts = subject.counters();
  BOOST_TEST(counts.packets > 0u);
  BOOST_TEST(counts.malformed > 0u);
  BOOST_TEST(counts.packets + counts.malformed + counts.unknown_stream + counts.after_close == tries);
}

BOOST_AUTO_TEST_SUITE_END()
