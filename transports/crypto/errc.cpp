#include "transports/crypto/errc.hpp"

#include <string>

namespace warren::crypto {

namespace {

class crypto_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "warren.crypto"; }

  std::string message(int value) const override {
    switch (static_cast<crypto_errc>(value)) {
      case crypto_errc::low_order_key:
        return "the peer's key is of low order; do not trust this peer";
      case crypto_errc::not_authentic:
        return "the text does not authenticate; it was changed on the way or sealed with another key";
      case crypto_errc::malformed_identity:
        return "not an identity file; make one with `warren keygen`";
    }
    return "unknown crypto error " + std::to_string(value);
  }
};

} // namespace

std::error_code make_error_code(crypto_errc value) {
  static const crypto_category category;
  return {static_cast<int>(value), category};
}

} // namespace warren::crypto
