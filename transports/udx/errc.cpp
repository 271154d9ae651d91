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
      case errc::message_too_long:
        return "the message does not fit one packet; send at most largest_message() octets";
      case errc::too_many_messages:
        return "too many messages wait to be sent; poll_transmit() sends them";
      case errc::stream_over:
        return "the stream is over; open a new one";
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
