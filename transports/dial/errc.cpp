#include "transports/dial/errc.hpp"

#include <string>

namespace warren::dial {

namespace {

class dial_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "warren.dial"; }

  std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::timed_out:
        return "nobody answered; check the address, or a NAT or firewall is in the way";
      case errc::busy:
        return "the peer has as many connections as it allows, or too many dials came from here of late; try "
               "again later";
      case errc::version_mismatch:
        return "the peer speaks another version of Warren's control protocol; update the older one";
      case errc::too_many_attempts:
        return "too many dials are in flight; wait for one to end, or raise the limit";
      case errc::bad_endpoint:
        return "not an address that can be dialled: port 0, unspecified or multicast";
    }
    return "unknown dial error";
  }
};

} // namespace

std::error_code make_error_code(errc code) noexcept {
  static const dial_category category;
  return {static_cast<int>(code), category};
}

} // namespace warren::dial
