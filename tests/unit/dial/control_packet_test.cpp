#include "messages/control_packet.hpp"
#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::control;

namespace {

// The vectors of messages/WIRE.md, section "Control packets".
constexpr std::uint32_t id = 0x01020304;
constexpr nonce token{std::byte{0xa0}, std::byte{0xa1}, std::byte{0xa2}, std::byte{0xa3},
                      std::byte{0xa4}, std::byte{0xa5}, std::byte{0xa6}, std::byte{0xa7}};

cookie_value counting_cookie() {
  cookie_value result;
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<std::byte>(0xc0 + i);
  return result;
}

const std::string first_open = "57010100"
                               "04030201"
                               "a0a1a2a3a4a5a6a7"
                               "00000000000000000000000000000000";
const std::string second_open = "57010100"
                                "04030201"
                                "a0a1a2a3a4a5a6a7"
                                "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf";
const std::string a_cookie = "57010200"
                             "04030201"
                             "a0a1a2a3a4a5a6a7"
                             "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf";
const std::string an_accept = "57010300"
                              "04030201"
                              "a0a1a2a3a4a5a6a7"
                              "44332211";
const std::string jumbo = "2823"; // 9000
const std::string a_refusal = "57010400"
                              "04030201"
                              "a0a1a2a3a4a5a6a7"
                              "02";

template <class T>
void check_vector(const std::string& hex, const T& value) {
  BOOST_TEST(to_hex(encode(value)) == hex);
  auto parsed = parse_packet(*from_hex(hex));
  BOOST_REQUIRE(bool(parsed));
  BOOST_REQUIRE(std::holds_alternative<T>(*parsed));
  BOOST_TEST((std::get<T>(*parsed) == value));
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_packet)

BOOST_AUTO_TEST_CASE(the_documented_vectors_read_and_write) {
  check_vector(first_open, open{id, token, {}});
  check_vector(second_open, open{id, token, counting_cookie()});
  check_vector(second_open + jumbo, open{id, token, counting_cookie(), 9000});
  check_vector(an_accept + jumbo, accept{id, token, 0x11223344, 9000});
  check_vector(a_cookie, cookie{id, token, counting_cookie()});
  check_vector(an_accept, accept{id, token, 0x11223344});
  check_vector(a_refusal, refuse{id, token, refusal::other_version, 1});
}

BOOST_AUTO_TEST_CASE(no_reply_is_larger_than_the_smallest_open) {
  BOOST_TEST(first_open.size() == 2 * open_size);
  for (const auto& reply : {a_cookie, an_accept, a_refusal})
    BOOST_TEST(reply.size() <= first_open.size());
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  for (const auto& hex : {first_open, a_cookie, an_accept, a_refusal}) {
    auto whole = *from_hex(hex);
    for (std::size_t size = 1; size < whole.size(); ++size)
      BOOST_TEST((parse_packet(byte_view{whole}.first(size)).error() == control::errc::truncated));
    whole.push_back(std::byte{0}); // padding
    BOOST_TEST(bool(parse_packet(whole)));
  }
}

BOOST_AUTO_TEST_CASE(other_packets_are_refused_with_their_reason) {
  auto changed = [](const std::string& hex, std::size_t at, unsigned value) {
    auto result = *from_hex(hex);
    result[at] = static_cast<std::byte>(value);
    return parse_packet(result).error();
  };
  BOOST_TEST((parse_packet({}).error() == control::errc::not_control));
  BOOST_TEST((changed(first_open, 0, 0xff) == control::errc::not_control));
  BOOST_TEST((changed(a_cookie, 1, 2) == control::errc::bad_version));
  BOOST_TEST((changed(an_accept, 1, 2) == control::errc::bad_version));
  BOOST_TEST((changed(first_open, 2, 0) == control::errc::unknown_type));
  BOOST_TEST((changed(first_open, 2, 5) == control::errc::unknown_type));
  BOOST_TEST((changed(a_refusal, 16, 0) == control::errc::malformed));
  BOOST_TEST((changed(a_refusal, 16, 3) == control::errc::malformed));
}

BOOST_AUTO_TEST_CASE(an_open_and_a_refusal_of_another_version_are_understood) {
  auto foreign = *from_hex(first_open);
  foreign[1] = std::byte{9};
  auto parsed = parse_packet(foreign);
  BOOST_REQUIRE(bool(parsed));
  BOOST_TEST((std::get<foreign_open>(*parsed) == foreign_open{9, id, token}));
  auto refused = *from_hex(a_refusal);
  refused[1] = std::byte{9};
  parsed = parse_packet(refused);
  BOOST_REQUIRE(bool(parsed));
  BOOST_TEST((std::get<refuse>(*parsed) == refuse{id, token, refusal::other_version, 9}));
}

BOOST_AUTO_TEST_CASE(an_error_code_reads_back_and_says_what_to_do) {
  for (auto code :
       {control::errc::not_control, control::errc::truncated, control::errc::bad_version,
        control::errc::unknown_type, control::errc::malformed}) {
    std::error_code error = code;
    BOOST_TEST((error == code));
    BOOST_TEST(error.message().size() > 20u);
    BOOST_TEST(std::string{error.category().name()} == "warren.control");
  }
}

BOOST_AUTO_TEST_SUITE_END()
