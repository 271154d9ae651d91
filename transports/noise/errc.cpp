#include "transports/noise/errc.hpp"

#include <string>

namespace warren::noise {

namespace {

class noise_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "warren.noise"; }

  std::string message(int value) const override {
    switch (static_cast<noise_errc>(value)) {
      case noise_errc::unknown_pattern:
        return "unknown Noise pattern; see transports/noise/pattern.cpp for those there are";
      case noise_errc::missing_key:
        return "the pattern needs a key that was not given";
      case noise_errc::out_of_turn:
        return "handshake message out of turn";
      case noise_errc::message_too_short:
        return "handshake message too short; the peer speaks another protocol";
      case noise_errc::message_too_long:
        return "Noise messages are at most 65535 octets; send less at once";
      case noise_errc::decrypt_failed:
        return "handshake message does not authenticate; another protocol, prologue or key";
      case noise_errc::bad_public_key:
        return "the peer's public key is of low order; do not trust this peer";
      case noise_errc::nonces_exhausted:
        return "the key was used as often as allowed; open a new session";
    }
    return "unknown Noise error " + std::to_string(value);
  }
};

} // namespace

std::error_code make_error_code(noise_errc value) {
  static const noise_category category;
  return {static_cast<int>(value), category};
}

} // namespace warren::noise
