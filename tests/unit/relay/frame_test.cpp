#include "messages/relay_frame.hpp"

#include "tests/support/seeded_random.hpp"
#include "tests/unit/relay/names.hpp"

using namespace warren;
using namespace warren::relay;

namespace {

using test::peer_named;

blinded_topic some_topic() {
  blinded_topic made;
  made.octets.fill(std::byte{0x7e});
  return made;
}

/// One of each type, in the order of the type octet.
std::vector<frame> one_of_each(byte_view payload) {
  challenge asked;
  asked.random.fill(std::byte{0xc0});
  asked.time_ms = 0x0102030405060708;
  auth proof;
  proof.peer = peer_named('a');
  proof.proof.fill(std::byte{0x51});
  proof.host = "relay.example:443";
  proof.token = secret_bytes{"secret"};
  return {
      asked,
      proof,
      welcome{{.rate = 1, .queue = 2, .topics = 3, .heartbeat_ms = 4}},
      error{refusal::bad_token, "no"},
      join{some_topic()},
      leave{some_topic()},
      members{some_topic(), true, {peer_named('a'), peer_named('b')}},
      presence{some_topic(), peer_named('a'), true},
      open{peer_named('b'), 0x1122334455667788},
      data{peer_named('b'), 0x1122334455667788, payload},
      credit{peer_named('b'), 0x1122334455667788, 0x00040000},
      reset{peer_named('b'), 0x1122334455667788, circuit_reason::refused},
      unreachable{peer_named('b'), 0x1122334455667788},
      gone{peer_named('b')},
      relay::signal{peer_named('b'), payload},
      ping{7},
      pong{8},
  };
}

} // namespace

BOOST_AUTO_TEST_SUITE(relay_frames)

BOOST_AUTO_TEST_CASE(every_frame_survives_the_round_trip_and_begins_with_its_type) {
  auto payload = to_bytes("payload");
  std::uint8_t type = 1;
  for (const auto& value : one_of_each(payload)) {
    auto wire = encode(value);
    BOOST_TEST(std::to_integer<int>(wire[0]) == type++);
    auto read = decode(wire);
    BOOST_REQUIRE(read);
    BOOST_TEST(read->index() == value.index());
    BOOST_TEST((encode(*read) == wire));
  }
}

BOOST_AUTO_TEST_CASE(frames_are_laid_out_as_specified) {
  auto hex = [](const frame& value) { return to_hex(encode(value)); };
  std::string f_id;
  for (int i = 0; i < 32; ++i)
    f_id += "66";
  BOOST_TEST(hex(ping{0x0102}) == "100000000000000102");
  BOOST_TEST(hex(pong{0x0102}) == "110000000000000102");
  BOOST_TEST(hex(error{refusal::bad_token, "no"}) == "0404026e6f");
  BOOST_TEST(
      hex(welcome{{.rate = 0x0a0b0c0d, .queue = 0x00100000, .topics = 256, .heartbeat_ms = 15'000}})
      == "030a0b0c0d001000000100"
         "00003a98");
  BOOST_TEST(hex(open{peer_named('f'), 5}) == "09" + f_id + "0000000000000005");
  BOOST_TEST(hex(data{peer_named('f'), 5, as_byte_view("hi")}) == "0a" + f_id + "00000000000000056869");
  BOOST_TEST(hex(credit{peer_named('f'), 5, 0x20000}) == "0b" + f_id + "000000000000000500020000");
  BOOST_TEST(hex(reset{peer_named('f'), 5, circuit_reason::closed}) == "0c" + f_id + "000000000000000501");
  BOOST_TEST(hex(relay::signal{peer_named('f'), as_byte_view("hi")}) == "0f" + f_id + "6869");
  auto topic_hex = to_hex(some_topic().octets);
  BOOST_TEST(hex(join{some_topic()}) == "05" + topic_hex);
  BOOST_TEST(hex(members{some_topic(), true, {peer_named('f')}}) == "07" + topic_hex + "010001" + f_id);
  BOOST_TEST(hex(presence{some_topic(), peer_named('f'), false}) == "08" + topic_hex + f_id + "00");
  challenge asked;
  asked.random.fill(std::byte{0xaa});
  std::string random_hex;
  for (int i = 0; i < 32; ++i)
    random_hex += "aa";
  BOOST_TEST(hex(asked) == "0101" + random_hex + "0000000000000000");
}

BOOST_AUTO_TEST_CASE(a_topic_is_blinded_with_keyed_blake2b) {
  BOOST_TEST(
      to_hex(blind(topic::of("test")).octets)
      == "d1d175e0f65c4cd4cdab92e9931b50e08f72df6b535ef8528fe4e451067377bd");
  BOOST_TEST(
      to_hex(blind(topic::of("my-database")).octets)
      == "8433231f399500b6b66ab9da102e7a54cc59cee8194eff39820aa758388eb46f");
}

BOOST_AUTO_TEST_CASE(what_a_guest_signs_names_challenge_key_and_host) {
  nonce random;
  random.fill(std::byte{1});
  auto text = auth_message(random, peer_named('a'), "h:1");
  BOOST_TEST(text.size() == 19u + 32u + 32u + 3u);
  BOOST_TEST(as_text(text).starts_with("warren relay auth 1\x01"));
  BOOST_TEST(as_text(text).ends_with("ah:1"));
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  auto payload = to_bytes("p");
  for (const auto& value : one_of_each(payload)) {
    auto wire = encode(value);
    for (std::size_t size = 0; size < wire.size(); ++size)
      BOOST_TEST(!decode(byte_view{wire}.first(size)));
  }
}

BOOST_AUTO_TEST_CASE(trailing_octets_are_refused_where_no_payload_ends_the_frame) {
  auto payload = to_bytes("p");
  for (const auto& value : one_of_each(payload)) {
    if (std::holds_alternative<data>(value) || std::holds_alternative<relay::signal>(value))
      continue;
    auto wire = encode(value);
    wire.push_back(std::byte{0});
    BOOST_TEST(decode(wire).error() == make_error_code(frame_errc::trailing_octets));
  }
}

BOOST_AUTO_TEST_CASE(payloads_are_bounded) {
  bytes most(largest_payload, std::byte{1});
  auto wire = encode(data{peer_named('a'), 1, most});
  BOOST_TEST(wire.size() == largest_frame);
  BOOST_TEST(static_cast<bool>(decode(wire)));
  wire.push_back(std::byte{1});
  BOOST_TEST(decode(wire).error() == make_error_code(frame_errc::oversized));
  bytes large(largest_signal, std::byte{1});
  wire = encode(relay::signal{peer_named('a'), large});
  BOOST_TEST(static_cast<bool>(decode(wire)));
  wire.push_back(std::byte{1});
  BOOST_TEST(decode(wire).error() == make_error_code(frame_errc::oversized));
}

BOOST_AUTO_TEST_CASE(values_out_of_range_are_refused) {
  auto refused = [](bytes wire, std::size_t at, int value) {
    wire[at] = static_cast<std::byte>(value);
    return decode(wire).error();
  };
  auto bad_value = make_error_code(frame_errc::bad_value);
  BOOST_TEST(refused(encode(error{refusal::full, {}}), 1, 0) == bad_value);
  BOOST_TEST(refused(encode(error{refusal::full, {}}), 1, 13) == bad_value);
  BOOST_TEST(refused(encode(reset{peer_named('a'), 1, circuit_reason::closed}), 41, 0) == bad_value);
  BOOST_TEST(refused(encode(reset{peer_named('a'), 1, circuit_reason::closed}), 41, 8) == bad_value);
  BOOST_TEST(refused(encode(presence{some_topic(), peer_named('a'), true}), 65, 2) == bad_value);
  BOOST_TEST(refused(encode(members{some_topic(), true, {}}), 33, 2) == bad_value);
  BOOST_TEST(decode(bytes{}).error() == make_error_code(frame_errc::empty));
  BOOST_TEST(decode(bytes{std::byte{0}}).error() == make_error_code(frame_errc::unknown_type));
  BOOST_TEST(decode(bytes{std::byte{0x12}}).error() == make_error_code(frame_errc::unknown_type));
}

BOOST_AUTO_TEST_CASE(a_member_count_that_is_not_there_takes_no_memory_and_is_refused) {
  auto wire = encode(members{some_topic(), true, {peer_named('a')}});
  wire[34] = std::byte{0x04}; // 1025
  BOOST_TEST(static_cast<bool>(decode(wire).error()));
  wire[34] = std::byte{0x02};
  BOOST_TEST(decode(wire).error() == make_error_code(frame_errc::truncated));
}

BOOST_AUTO_TEST_CASE(a_frame_is_readdressed_in_place) {
  auto wire = encode(data{peer_named('a'), 9, as_byte_view("x")});
  readdress(wire, peer_named('b'));
  BOOST_TEST((wire == encode(data{peer_named('b'), 9, as_byte_view("x")})));
}

BOOST_AUTO_TEST_CASE(every_frame_error_has_words) {
  for (int value = 1; value <= static_cast<int>(frame_errc::bad_value); ++value)
    BOOST_TEST(make_error_code(static_cast<frame_errc>(value)).message() != "unknown relay frame error");
}

BOOST_AUTO_TEST_SUITE_END()
