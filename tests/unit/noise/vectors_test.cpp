// The published vectors of cacophony and snow: tests/vectors/README.md.
#include "tests/support/hex.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/vectors.hpp"
#include "transports/noise/handshake_state.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

namespace noise = warren::noise;
namespace crypto = warren::crypto;
using nlohmann::json;
using warren::bytes;
using warren::test::unhex;

namespace {

std::optional<crypto::x25519_key_pair> key_pair(const json& vector, const std::string& field) {
  if (!vector.contains(field))
    return std::nullopt;
  return crypto::x25519_key_pair::from_secret(
      crypto::secret<32>{warren::test::unhex_array<32>(vector[field])});
}

noise::handshake_config config_of(const json& vector, const noise::pattern& pattern, bool initiator) {
  std::string side = initiator ? "init_" : "resp_";
  noise::handshake_config config;
  config.pattern = pattern;
  config.role = initiator ? noise::role::initiator : noise::role::responder;
  config.prologue = unhex(vector.value(side + "prologue", ""));
  config.s = key_pair(vector, side + "static");
  config.e = key_pair(vector, side + "ephemeral");
  if (vector.contains(side + "remote_static"))
    config.rs = crypto::x25519_public_key{warren::test::unhex_array<32>(vector[side + "remote_static"])};
  for (const auto& psk : vector.value(side + "psks", json::array()))
    config.psks.emplace_back(warren::test::unhex_array<32>(psk));
  return config;
}

std::string pattern_name(const json& vector) {
  std::string name = vector["protocol_name"];
  return name.substr(6, name.find('_', 6) - 6);
}

void check_transport(
    const json& vector, std::size_t first, noise::transport_state initiator,
    noise::transport_state responder) {
  if (vector.contains("handshake_hash"))
    BOOST_TEST(warren::to_hex(initiator.handshake_hash) == vector["handshake_hash"]);
  BOOST_TEST((initiator.handshake_hash == responder.handshake_hash));
  for (auto i = first; i < vector["messages"].size(); ++i) {
    auto& from = i % 2 == 0 ? initiator : responder;
    auto& to = i % 2 == 0 ? responder : initiator;
    auto payload = unhex(vector["messages"][i]["payload"]);
    bytes sealed(payload.size() + 16);
    BOOST_TEST(!from.send.encrypt_with_ad({}, payload, sealed));
    BOOST_TEST(warren::to_hex(sealed) == vector["messages"][i]["ciphertext"]);
    BOOST_TEST(!to.receive.decrypt_with_ad({}, sealed, std::span{sealed}.first(payload.size())));
    sealed.resize(payload.size());
    BOOST_TEST((sealed == payload));
  }
}

void check(const json& vector) {
  auto pattern = noise::pattern::named(pattern_name(vector));
  BOOST_REQUIRE(pattern);
  auto initiator = noise::handshake_state::make(config_of(vector, *pattern, true));
  auto responder = noise::handshake_state::make(config_of(vector, *pattern, false));
  BOOST_REQUIRE((initiator && responder));
  warren::test::seeded_random unused{0};
  std::size_t i = 0;
  for (; !initiator->is_finished(); ++i) {
    auto& from = i % 2 == 0 ? *initiator : *responder;
    auto& to = i % 2 == 0 ? *responder : *initiator;
    auto payload = unhex(vector["messages"][i]["payload"]);
    bytes message;
    BOOST_REQUIRE(!from.write_message(unused, payload, message));
    BOOST_TEST(warren::to_hex(message) == vector["messages"][i]["ciphertext"]);
    bytes read;
    BOOST_REQUIRE(!to.read_message(message, read));
    BOOST_TEST((read == payload));
  }
  check_transport(vector, i, std::move(*initiator).split(), std::move(*responder).split());
}

} // namespace

BOOST_AUTO_TEST_SUITE(noise_vectors)

BOOST_AUTO_TEST_CASE(every_published_vector_holds) {
  std::map<std::string, int> passed;
  auto file = warren::test::load_vectors("noise_25519_chachapoly_blake2s.json");
  for (const auto& vector : file["vectors"]) {
    BOOST_TEST_CONTEXT(vector["protocol_name"]) {
      check(vector);
    }
    ++passed[pattern_name(vector)];
  }
  BOOST_TEST(passed["XX"] == 2);
  BOOST_TEST(passed["XXpsk0+psk1+psk2+psk3"] == 1);
  int total = 0;
  for (const auto& [name, count] : passed)
    total += count;
  BOOST_TEST(total == 27);
}

BOOST_AUTO_TEST_SUITE_END()
