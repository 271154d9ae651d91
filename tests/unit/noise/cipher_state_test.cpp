#include "transports/noise/cipher_state.hpp"

#include "transports/noise/errc.hpp"

#include <boost/test/unit_test.hpp>

namespace noise = warren::noise;
namespace crypto = warren::crypto;
using noise::cipher_state;
using warren::bytes;

namespace {

bytes seal(cipher_state& state, std::string_view text) {
  bytes out(text.size() + cipher_state::tag_size);
  BOOST_TEST(!state.encrypt_with_ad({}, warren::as_byte_view(text), out));
  return out;
}

std::error_code open(cipher_state& state, const bytes& sealed) {
  bytes out(sealed.size() - cipher_state::tag_size);
  return state.decrypt_with_ad({}, sealed, out);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cipher_states)

BOOST_AUTO_TEST_CASE(each_text_uses_the_next_nonce) {
  cipher_state a{crypto::secret<32>{}};
  cipher_state b{crypto::secret<32>{}};
  auto first = seal(a, "x");
  auto second = seal(a, "x");
  BOOST_TEST((first != second));
  BOOST_TEST((open(b, second) == noise::noise_errc::decrypt_failed));
  BOOST_TEST(b.nonce() == 0);
  BOOST_TEST(!open(b, first));
  BOOST_TEST(!open(b, second));
  BOOST_TEST((open(b, second) == noise::noise_errc::decrypt_failed));
  BOOST_TEST(b.nonce() == 2);
}

BOOST_AUTO_TEST_CASE(rekey_changes_the_key_and_goes_on_counting) {
  cipher_state a{crypto::secret<32>{}};
  cipher_state b{crypto::secret<32>{}};
  BOOST_TEST(!open(b, seal(a, "x")));
  a.rekey();
  auto sealed = seal(a, "y");
  BOOST_TEST((open(b, sealed) == noise::noise_errc::decrypt_failed));
  b.rekey();
  BOOST_TEST(!open(b, sealed));
  BOOST_TEST(b.nonce() == 2);
}

BOOST_AUTO_TEST_CASE(the_last_nonce_is_never_used) {
  cipher_state a{crypto::secret<32>{}};
  a.set_nonce(cipher_state::reserved_nonce);
  bytes out(17);
  BOOST_TEST((a.encrypt_with_ad({}, bytes(1), out) == noise::noise_errc::nonces_exhausted));
  BOOST_TEST((a.decrypt_with_ad({}, out, std::span{out}.first(1)) == noise::noise_errc::nonces_exhausted));
}

BOOST_AUTO_TEST_CASE(a_text_shorter_than_its_tag_is_refused) {
  cipher_state a{crypto::secret<32>{}};
  BOOST_TEST((a.decrypt_with_ad({}, bytes(15), {}) == noise::noise_errc::message_too_short));
}

BOOST_AUTO_TEST_SUITE_END()
