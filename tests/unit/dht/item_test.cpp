#include "transports/dht/item.hpp"

#include "tests/support/hex.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/vectors.hpp"
#include "transports/dht/errc.hpp"

#include <boost/test/unit_test.hpp>

using warren::as_byte_view;
using warren::as_text;
using warren::to_bytes;
using warren::test::unhex;
using warren::test::unhex_array;
namespace crypto = warren::crypto;
namespace dht = warren::dht;

namespace {

dht::item vector_item(const nlohmann::json& v) {
  dht::item::signed_part own;
  own.key.octets = unhex_array<32>(v["public_key"]);
  own.salt = to_bytes(as_byte_view(v["salt"].get<std::string>()));
  own.seq = v["seq"];
  own.proof.octets = unhex_array<64>(v["signature"]);
  return {to_bytes(as_byte_view(v["value"].get<std::string>())), own};
}

crypto::identity some_identity() {
  warren::test::seeded_random random{44};
  return crypto::identity::generate(random);
}

} // namespace

BOOST_AUTO_TEST_SUITE(item_test)

BOOST_AUTO_TEST_CASE(the_mutable_vectors_of_bep_44_hold) {
  int checked = 0;
  auto file = warren::test::load_vectors("bep_44.json");
  for (const auto& v : file["mutable"]) {
    auto item = vector_item(v);
    auto text = dht::signed_text(item.signing->salt, item.signing->seq, item.value);
    BOOST_TEST(as_text(text) == v["signed"].get<std::string>());
    BOOST_TEST(to_string(dht::target_of(item)) == v["target"].get<std::string>());
    BOOST_TEST(!check(item));
    ++checked;
  }
  BOOST_TEST(checked == 2);
}

BOOST_AUTO_TEST_CASE(the_immutable_vectors_of_bep_44_hold) {
  int checked = 0;
  auto file = warren::test::load_vectors("bep_44.json");
  for (const auto& v : file["immutable"]) {
    dht::item item{to_bytes(as_byte_view(v["value"].get<std::string>())), {}};
    BOOST_TEST(to_string(dht::target_of(item)) == v["target"].get<std::string>());
    BOOST_TEST(!check(item));
    ++checked;
  }
  BOOST_TEST(checked == 1);
}

BOOST_AUTO_TEST_CASE(what_we_sign_checks_and_nothing_of_it_may_change) {
  auto good = dht::make_mutable_item(some_identity(), as_byte_view("salt"), 7, as_byte_view("5:value"));
  BOOST_TEST(!check(good));
  auto other = good;
  other.signing->seq = 8;
  BOOST_TEST((check(other) == dht::errc::bad_signature));
  other = good;
  other.signing->salt = to_bytes("pepper");
  BOOST_TEST((check(other) == dht::errc::bad_signature));
  other = good;
  other.value = to_bytes("5:valuf");
  BOOST_TEST((check(other) == dht::errc::bad_signature));
  other = good;
  other.signing->proof.octets[3] ^= std::byte{1};
  BOOST_TEST((check(other) == dht::errc::bad_signature));
  BOOST_TEST((dht::check(dht::make_mutable_item(some_identity(), {}, -1, as_byte_view("i1e"))) == dht::errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(values_must_be_bencoding_in_order_and_fit) {
  for (auto value : {"", "hello", "d1:bi1e1:ai2ee", "i1ei2e", "5:abc"})
    BOOST_TEST((dht::check({to_bytes(value), {}}) == dht::errc::bad_value), value);
  for (auto value : {"i1e", "0:", "le", "d1:ai1e1:bi2ee"})
    BOOST_TEST(!dht::check({to_bytes(value), {}}), value);
  auto fits = "996:" + std::string(996, 'x');
  BOOST_TEST(!dht::check({to_bytes(fits), {}}));
  BOOST_TEST((dht::check({to_bytes("997:" + std::string(997, 'x')), {}}) == dht::errc::bad_value));
  std::string salt(65, 's');
  BOOST_TEST(
      (dht::check(dht::make_mutable_item(some_identity(), as_byte_view(salt), 1, as_byte_view("i1e"))) == dht::errc::bad_salt));
}

BOOST_AUTO_TEST_CASE(an_item_survives_the_way_over_the_wire) {
  auto item = dht::make_mutable_item(some_identity(), as_byte_view("salt"), 7, as_byte_view("5:value"));
  BOOST_TEST((dht::from_wire(to_wire(item), item.signing->salt) == item));
  dht::item plain{to_bytes("i1e"), {}};
  BOOST_TEST((dht::from_wire(to_wire(plain), {}) == plain));
}

BOOST_AUTO_TEST_SUITE_END()
