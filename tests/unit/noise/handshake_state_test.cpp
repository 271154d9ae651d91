#include "transports/noise/handshake_state.hpp"

#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>

namespace noise = warren::noise;
namespace crypto = warren::crypto;
using noise::handshake_state;
using noise::noise_errc;
using warren::bytes;

namespace {

struct pair {
  warren::test::seeded_random random{11};
  handshake_state initiator = make(noise::role::initiator);
  handshake_state responder = make(noise::role::responder);

  handshake_state make(noise::role role, std::string_view prologue = "p") {
    noise::handshake_config config;
    config.pattern = *noise::pattern::named("XX");
    config.role = role;
    config.prologue = warren::to_bytes(prologue);
    config.s = crypto::x25519_key_pair::generate(random);
    return std::move(*handshake_state::make(std::move(config)));
  }

  bytes write(handshake_state& from, std::string_view payload = "payload") {
    bytes out;
    BOOST_REQUIRE(!from.write_message(random, warren::as_byte_view(payload), out));
    return out;
  }
};

std::error_code read(handshake_state& to, const bytes& message) {
  bytes payload;
  auto failed = to.read_message(message, payload);
  if (failed)
    BOOST_TEST(payload.empty());
  return failed;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(handshake_states, pair)

BOOST_AUTO_TEST_CASE(a_message_with_any_bit_changed_is_refused_and_the_true_one_still_read) {
  BOOST_REQUIRE(!read(responder, write(initiator)));
  auto second = write(responder);
  for (std::size_t bit = 0; bit < second.size() * 8; ++bit) {
    auto changed = second;
    changed[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    // X25519 ignores the top bit of a public key (RFC 7748 5), but the hash does not.
    BOOST_REQUIRE(read(initiator, changed));
  }
  BOOST_REQUIRE(!read(initiator, second));
  BOOST_REQUIRE(!read(responder, write(initiator)));
  BOOST_TEST(responder.is_finished());
}

BOOST_AUTO_TEST_CASE(a_message_cut_anywhere_is_refused_and_the_true_one_still_read) {
  BOOST_REQUIRE(!read(responder, write(initiator)));
  auto second = write(responder);
  for (std::size_t size = 0; size < second.size(); ++size)
    BOOST_REQUIRE(read(initiator, bytes(second.begin(), second.begin() + static_cast<std::ptrdiff_t>(size))));
  BOOST_REQUIRE(!read(initiator, second));
}

BOOST_AUTO_TEST_CASE(a_replayed_message_is_refused) {
  auto first = write(initiator);
  BOOST_REQUIRE(!read(responder, first));
  BOOST_TEST((read(responder, first) == noise_errc::out_of_turn));
  auto second = write(responder);
  BOOST_REQUIRE(!read(initiator, second));
  BOOST_TEST((read(initiator, second) == noise_errc::out_of_turn));
  auto third = write(initiator);
  auto other = make(noise::role::responder);
  BOOST_REQUIRE(!read(other, first));
  write(other);
  BOOST_TEST((read(other, third) == noise_errc::decrypt_failed));
  BOOST_TEST(!read(responder, third));
}

BOOST_AUTO_TEST_CASE(another_prologue_fails) {
  auto other = make(noise::role::responder, "q");
  BOOST_REQUIRE(!read(other, write(initiator)));
  BOOST_TEST((read(initiator, write(other)) == noise_errc::decrypt_failed));
}

BOOST_AUTO_TEST_CASE(a_public_key_of_low_order_is_refused) {
  bytes zero_key(32);
  BOOST_REQUIRE(!read(responder, zero_key));
  bytes out;
  BOOST_TEST((responder.write_message(random, {}, out) == noise_errc::bad_public_key));
  BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_CASE(the_payload_can_be_bound_to_the_hash_before_it) {
  bytes first;
  BOOST_TEST((initiator.finish_message({}, first) == noise_errc::out_of_turn));
  BOOST_REQUIRE(!initiator.begin_message(random, first));
  BOOST_TEST((initiator.begin_message(random, first) == noise_errc::out_of_turn));
  auto sent = initiator.payload_hash();
  BOOST_REQUIRE(!initiator.finish_message({}, first));
  BOOST_REQUIRE(!read(responder, first));
  BOOST_TEST((responder.payload_hash() == sent));
}

BOOST_AUTO_TEST_CASE(a_payload_that_does_not_fit_a_noise_message_is_refused) {
  bytes out;
  BOOST_TEST((initiator.write_message(random, bytes(65535), out) == noise_errc::message_too_long));
  BOOST_TEST(out.empty());
  BOOST_REQUIRE(!initiator.write_message(random, bytes(65535 - 32), out));
  BOOST_TEST(out.size() == 65535);
}

BOOST_AUTO_TEST_CASE(a_pattern_does_not_start_without_its_keys) {
  for (auto name : {"XX", "IK", "NNpsk0"}) {
    noise::handshake_config config;
    config.pattern = *noise::pattern::named(name);
    BOOST_TEST((handshake_state::make(std::move(config)).error() == noise_errc::missing_key), name);
  }
}

BOOST_AUTO_TEST_CASE(every_error_has_a_message) {
  for (int value = 1; value <= 8; ++value) {
    std::error_code code = static_cast<noise_errc>(value);
    BOOST_TEST(code.message().find("unknown Noise error") == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
