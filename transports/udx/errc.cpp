#include "transports/udx/errc.hpp"

#include <string>

namespace warren::udx {

namespace {

class udx_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "warren.udx"; }

  std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::connection_reset:
        return "the peer destroyed the stream; open a new one";
      case errc::timed_out:
        return "the peer stopped acknowledging; open a new stream, perhaps over another path";
      case errc::aborted:
        return "the stream was destroyed on this side";
    }
    return "unknown udx error";
  }
};

} // namespace

std::error_code make_error_code(errc code) noexcept {
  static const udx_category category;
  return {static_cast<int>(code), category};
}

} // namespace warren::udx
