#include "messages/session_record.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::session;

namespace {

wire::mac some_mac() {
  wire::mac result;
  result.fill(std::byte{0xaa});
  return result;
}

std::string encode(const wire::frame& f) {
  bytes out;
  wire::put(out, f);
  return to_hex(out);
}

const std::string mac_hex(64, 'a');

} // namespace

BOOST_AUTO_TEST_SUITE(session_record)

// The vectors of messages/WIRE.md, "Session".
BOOST_AUTO_TEST_CASE(frames_are_laid_out_as_the_document_says) {
  BOOST_TEST(encode(wire::ack{0x0102030405060708, 9}) == "01010203040506070800000009");
  BOOST_TEST(encode(wire::ping{}) == "02");
  BOOST_TEST(encode(wire::rekey{}) == "03");
  BOOST_TEST(encode(wire::admit{}) == "04");
  BOOST_TEST(encode(wire::close{0x0102, true}) == "05010201");
  BOOST_TEST(encode(wire::hand_over{7}) == "0600000007");
  BOOST_TEST(encode(wire::channel_open{7, some_mac(), 0x100000}) == "1000000007" + mac_hex + "00100000");
  BOOST_TEST(
      encode(wire::channel_accept{7, 8, some_mac(), 1}) == "110000000700000008" + mac_hex + "00000001");
  BOOST_TEST(encode(wire::channel_refuse{7}) == "1200000007");
  BOOST_TEST(encode(wire::channel_close{7}) == "1300000007");
  BOOST_TEST(encode(wire::channel_data{7, true, as_byte_view("hi")}) == "14000000070100026869");
  BOOST_TEST(encode(wire::channel_window{7, 2}) == "150000000700000002");
  BOOST_TEST(encode(wire::channel_finish{7}) == "1600000007");
  BOOST_TEST(encode(wire::channel_packed{7, 32, 10}) == "1700000007000000200000000a");
}

BOOST_AUTO_TEST_CASE(what_was_encoded_is_decoded_and_nothing_shorter_is) {
  std::vector<wire::frame> frames{
      wire::ack{1, 2},
      wire::ping{},
      wire::rekey{},
      wire::admit{},
      wire::close{3, false},
      wire::hand_over{15},
      wire::channel_open{4, some_mac(), 5},
      wire::channel_accept{6, 7, some_mac(), 8},
      wire::channel_refuse{9},
      wire::channel_close{10},
      wire::channel_window{12, 13},
      wire::channel_finish{14},
      wire::channel_packed{15, 17, 16},
      wire::channel_data{11, false, as_byte_view("content")},
  };
  for (const auto& f : frames) {
    bytes out;
    wire::put(out, f);
    byte_reader reader{out};
    auto again = wire::take_frame(reader);
    BOOST_REQUIRE(again);
    BOOST_TEST(reader.done());
    BOOST_TEST(encode(*again) == encode(f));
    for (std::size_t n = 0; n < out.size(); ++n) {
      byte_reader shorter{byte_view{out}.first(n)};
      BOOST_TEST(!wire::take_frame(shorter));
    }
  }
}

BOOST_AUTO_TEST_CASE(unknown_types_and_flags_are_refused) {
  for (auto text : {"00", "06", "0f", "17", "ff", "05000102", "140000000702000168", "1400000007030000"}) {
    auto octets = from_hex(text);
    byte_reader reader{*octets};
    BOOST_TEST(!wire::take_frame(reader), text);
  }
}

BOOST_AUTO_TEST_CASE(the_handshake_payload_has_one_size_and_one_version) {
  wire::handshake_payload payload{1, 2, {}, {}};
  payload.peer.octets.fill(std::byte{3});
  payload.proof.fill(std::byte{4});
  bytes out;
  wire::put(out, payload);
  BOOST_TEST(out.size() == wire::handshake_payload_size);
  BOOST_TEST(to_hex(byte_view{out}.first(15)) == "010000000100000000000000020303");
  BOOST_REQUIRE(wire::decode_handshake_payload(out));
  BOOST_TEST((*wire::decode_handshake_payload(out) == payload));
  for (std::size_t n = 0; n < out.size(); ++n)
    BOOST_TEST(!wire::decode_handshake_payload(byte_view{out}.first(n)));
  out.push_back(std::byte{0});
  BOOST_TEST(!wire::decode_handshake_payload(out));
  out.pop_back();
  out[0] = std::byte{2};
  BOOST_TEST(!wire::decode_handshake_payload(out));
  BOOST_TEST(*wire::payload_version(out) == 2);
  BOOST_TEST(!wire::payload_version({}));
}

BOOST_AUTO_TEST_CASE(resume_frames_come_back_as_they_went) {
  wire::nonce nonce;
  nonce.fill(std::byte{5});
  wire::resume_request request{nonce, nonce, some_mac()};
  wire::resume_challenge challenge{nonce, 77, some_mac()};
  wire::resume_confirm confirm{78, some_mac()};
  bytes out;
  wire::put(out, request);
  BOOST_TEST(to_hex(byte_view{out}.first(3)) == "004102");
  BOOST_TEST((wire::decode_resume_request(byte_view{out}.subspan(3)) == request));
  BOOST_TEST(!wire::decode_resume_request(out));
  out.clear();
  wire::put(out, challenge);
  BOOST_TEST(to_hex(byte_view{out}.first(3)) == "003903");
  BOOST_TEST((wire::decode_resume_challenge(byte_view{out}.subspan(3)) == challenge));
  BOOST_TEST(!wire::decode_resume_challenge(out));
  out.clear();
  wire::put(out, confirm);
  BOOST_TEST(to_hex(byte_view{out}.first(3)) == "002904");
  BOOST_TEST((wire::decode_resume_confirm(byte_view{out}.subspan(3)) == confirm));
  BOOST_TEST(!wire::decode_resume_confirm(out));
}

BOOST_AUTO_TEST_SUITE_END()
