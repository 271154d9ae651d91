#include "messages/bt_search.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::bt_search;

namespace {

const auto group = *endpoint::parse(ipv4_group);

const std::string good = "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\n"
                         "Infohash: 000102030405060708090a0b0c0d0e0f10111213\r\ncookie: name\r\n\r\n\r\n";

result<message> read(std::string_view text) {
  return decode(as_byte_view(text));
}

/// Returns `good` with `what` replaced.
std::string altered(std::string_view what, std::string_view by) {
  auto text = good;
  text.replace(text.find(what), what.size(), by);
  return text;
}

bool refused(const std::string& text, errc why) {
  auto decoded = read(text);
  return !decoded && decoded.error() == why;
}

} // namespace

BOOST_AUTO_TEST_SUITE(bt_search_test)

// The form of BEP 14, "Protocol".
BOOST_AUTO_TEST_CASE(the_message_of_bep_14_is_read_and_written) {
  auto decoded = read(good);
  BOOST_REQUIRE(static_cast<bool>(decoded));
  BOOST_TEST(decoded->port == 6881);
  BOOST_TEST(decoded->cookie == "name");
  BOOST_REQUIRE(decoded->info_hashes.size() == 1u);
  BOOST_TEST((decoded->info_hashes[0][19] == std::byte{0x13}));
  BOOST_TEST((encode(*decoded, group) == to_bytes(good)));
}

BOOST_AUTO_TEST_CASE(field_names_in_any_case_unknown_fields_and_one_empty_line_are_accepted) {
  auto text = "BT-SEARCH * HTTP/1.1\r\nX-Other: 1\r\npORT:  1 "
              "\r\nINFOHASH:000102030405060708090A0B0C0D0E0F10111213\r\n\r\n";
  auto decoded = read(text);
  BOOST_REQUIRE(static_cast<bool>(decoded));
  BOOST_TEST(decoded->port == 1);
  BOOST_TEST(decoded->cookie.empty());
}

BOOST_AUTO_TEST_CASE(the_largest_message_written_is_within_the_limit_and_read_again) {
  message large{
      65'535, std::vector<std::array<std::byte, 20>>(max_info_hashes + 1), std::string(max_cookie_size, 'c')};
  auto octets = encode(large, *endpoint::parse(ipv6_group));
  BOOST_TEST(octets.size() <= max_size);
  auto decoded = decode(octets);
  BOOST_REQUIRE(static_cast<bool>(decoded));
  BOOST_TEST(decoded->info_hashes.size() == max_info_hashes);
}

BOOST_AUTO_TEST_CASE(malformed_messages_are_refused_with_their_reason) {
  BOOST_TEST(refused("", errc::bad_frame));
  BOOST_TEST(refused(good.substr(0, good.size() - 5), errc::bad_frame));
  BOOST_TEST(refused(altered("name", std::string(1400, 'x')), errc::bad_frame));
  BOOST_TEST(refused(altered("BT-SEARCH", "M-SEARCH"), errc::bad_request_line));
  BOOST_TEST(refused(altered("Host: 239.192.152.143:6771", "Host"), errc::bad_field));
  BOOST_TEST(refused(altered("name", "na\x01me"), errc::bad_field));
  for (auto port : {"0", "65536", "-1", "x", "", "80 80"})
    BOOST_TEST(refused(altered("6881", port), errc::bad_port), port);
  BOOST_TEST(refused(altered("Port: 6881\r\n", ""), errc::bad_port));
  BOOST_TEST(refused(altered("cookie: name", "Port: 1"), errc::bad_port));
  BOOST_TEST(refused(altered("0001", "00g1"), errc::bad_info_hash));
  BOOST_TEST(refused(altered("0001", "001"), errc::bad_info_hash));
  BOOST_TEST(refused(altered("Infohash", "Other"), errc::bad_info_hash));
  BOOST_TEST(refused(altered("name", std::string(65, 'x')), errc::bad_cookie));
  BOOST_TEST(refused(altered("\r\n\r\n\r\n", "\r\ncookie: other\r\n\r\n"), errc::bad_cookie));
}

BOOST_AUTO_TEST_CASE(more_info_hashes_than_allowed_are_refused) {
  std::string text = "BT-SEARCH * HTTP/1.1\r\nPort: 1\r\n";
  for (std::size_t i = 0; i <= max_info_hashes; ++i)
    text += "Infohash:" + std::string(40, 'a') + "\r\n";
  BOOST_TEST(text.size() < max_size);
  BOOST_TEST(refused(text + "\r\n", errc::bad_info_hash));
}

BOOST_AUTO_TEST_SUITE_END()
