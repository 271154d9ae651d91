#include "messages/udx_packet.hpp"
#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::udx;

namespace {

bytes encode(const packet_header& header) {
  bytes out(header_size);
  write_header(out, header);
  return out;
}

bytes octets(std::string_view hex) {
  return *from_hex(hex);
}

} // namespace

BOOST_AUTO_TEST_SUITE(udx_packet)

BOOST_AUTO_TEST_CASE(a_captured_data_packet_is_read_field_by_field) {
  // udx.md section 18, V1.
  auto datagram = octets("ff01010044332211000040000000000000000000"
                         "68656c6c6f");
  auto parsed = parse_packet(datagram);
  BOOST_REQUIRE(parsed);
  BOOST_TEST(parsed->header.type == packet_type::data);
  BOOST_TEST(parsed->header.stream_id == 0x11223344u);
  BOOST_TEST(parsed->header.rwnd == 4194304u);
  BOOST_TEST(parsed->header.seq.value == 0u);
  BOOST_TEST(parsed->header.ack.value == 0u);
  BOOST_TEST(as_text(parsed->payload) == "hello");
  BOOST_TEST((encode(parsed->header) == bytes(datagram.begin(), datagram.begin() + header_size)));
  BOOST_TEST(stream_id_of(datagram).value() == 0x11223344u);
}

BOOST_AUTO_TEST_CASE(data_may_travel_with_sack_blocks_before_it) {
  // udx.md section 18, V5.
  auto datagram = octets("ff01050804030201000040000600000001000000"
                         "0300000004000000"
                         "737475");
  auto parsed = parse_packet(datagram);
  BOOST_REQUIRE(parsed);
  BOOST_TEST(as_text(parsed->payload) == "stu");
  BOOST_REQUIRE(parsed->sack_area().size() == 8u);
  BOOST_TEST((read_sack_block(parsed->sack_area(), 0) == sack_block{{3}, {4}}));
}

BOOST_AUTO_TEST_CASE(a_sack_without_data_offset_fills_the_packet) {
  auto datagram = octets("ff01040044332211000040000100000001000000"
                         "02000000030000000400000006000000");
  auto parsed = parse_packet(datagram);
  BOOST_REQUIRE(parsed);
  BOOST_REQUIRE(parsed->sack_area().size() == 16u);
  BOOST_TEST((read_sack_block(parsed->sack_area(), 1) == sack_block{{4}, {6}}));
}

BOOST_AUTO_TEST_CASE(padding_lies_between_header_and_payload) {
  // udx.md section 18, V3.
  auto parsed = parse_packet(octets("ff01010404030201000040000300000001000000"
                                    "00000000"
                                    "6a6b6c"));
  BOOST_REQUIRE(parsed);
  BOOST_TEST(parsed->extension.size() == 4u);
  BOOST_TEST(parsed->sack_area().empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_udx_is_refused) {
  auto good = octets("ff01010044332211000040000000000000000000");
  BOOST_TEST(parse_packet(good).has_value());
  for (std::size_t size = 0; size < header_size; ++size) {
    BOOST_TEST(!parse_packet(byte_view{good}.first(size)).has_value());
    BOOST_TEST(!stream_id_of(byte_view{good}.first(size)).has_value());
  }
  auto wrong_magic = good;
  wrong_magic[0] = std::byte{'d'};
  BOOST_TEST(!parse_packet(wrong_magic).has_value());
  auto wrong_version = good;
  wrong_version[1] = std::byte{2};
  BOOST_TEST(!parse_packet(wrong_version).has_value());
  auto offset_past_the_end = good;
  offset_past_the_end[3] = std::byte{1};
  BOOST_TEST(!parse_packet(offset_past_the_end).has_value());
  auto too_large = good;
  too_large.resize(max_datagram_size + 1);
  BOOST_TEST(!parse_packet(too_large).has_value());
}

BOOST_AUTO_TEST_CASE(every_header_reads_back_as_written) {
  test::seeded_random random{1};
  for (int i = 0; i < 1000; ++i) {
    packet_header header;
    header.type = random.draw<std::uint8_t>();
    header.stream_id = random.draw<std::uint32_t>();
    header.rwnd = random.draw<std::uint32_t>();
    header.seq = {random.draw<std::uint32_t>()};
    header.ack = {random.draw<std::uint32_t>()};
    auto parsed = parse_packet(encode(header));
    BOOST_REQUIRE(parsed);
    BOOST_TEST((parsed->header == header));
  }
}

BOOST_AUTO_TEST_CASE(sequence_numbers_are_ordered_across_the_wrap) {
  sequence_number last{0xffffffff};
  BOOST_TEST((last < last + 1));
  BOOST_TEST((last + 1).value == 0u);
  BOOST_TEST((last + 5 - last == 5));
  BOOST_TEST((sequence_number{0} > sequence_number{0xfffffff0}));
}

BOOST_AUTO_TEST_SUITE_END()
