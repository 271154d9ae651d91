#include "transports/crypto/secret.hpp"

#include <boost/test/unit_test.hpp>

#include <type_traits>

namespace crypto = warren::crypto;
using crypto::secret;

BOOST_AUTO_TEST_SUITE(secrets)

static_assert(!std::is_copy_constructible_v<secret<32>>);
static_assert(!std::is_copy_assignable_v<secret<32>>);

BOOST_AUTO_TEST_CASE(a_moved_secret_leaves_zeros) {
  secret<4> a;
  a.writable()[0] = std::byte{1};
  secret<4> b{std::move(a)};
  BOOST_TEST((a == secret<4>{}));
  BOOST_TEST(!(b == secret<4>{}));
  secret<4> c;
  c = std::move(b);
  BOOST_TEST((b == secret<4>{}));
  BOOST_TEST(!(c == secret<4>{}));
}

BOOST_AUTO_TEST_CASE(a_destroyed_secret_leaves_zeros) {
  alignas(secret<8>) std::byte place[sizeof(secret<8>)];
  auto* value = new (place) secret<8>;
  value->writable()[3] = std::byte{0x55};
  value->~secret();
  for (auto octet : place)
    BOOST_TEST((octet == std::byte{0}));
}

BOOST_AUTO_TEST_CASE(a_secret_is_made_only_of_the_right_number_of_octets) {
  warren::bytes octets(31);
  BOOST_TEST(!secret<32>::from(octets));
  octets.resize(32);
  BOOST_TEST(secret<32>::from(octets).has_value());
}

BOOST_AUTO_TEST_CASE(comparison_sees_every_octet_and_the_size) {
  warren::bytes a(32);
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto b = a;
    b[i] = std::byte{1};
    BOOST_TEST(!crypto::equal_in_constant_time(a, b));
  }
  BOOST_TEST(crypto::equal_in_constant_time(a, a));
  BOOST_TEST(crypto::equal_in_constant_time({}, {}));
  BOOST_TEST(!crypto::equal_in_constant_time(a, warren::bytes(31)));
}

BOOST_AUTO_TEST_SUITE_END()
