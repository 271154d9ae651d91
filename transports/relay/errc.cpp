#include "transports/relay/errc.hpp"

#include <string>

namespace warren::relay {

namespace {

class category final : public std::error_category {
public:
  const char* name() const noexcept override { return "warren.relay"; }

  std::string message(int value) const override {
    switch (static_cast<relay_errc>(value)) {
      case relay_errc::offline:
        return "not connected to the relay: wait for it to come back";
      case relay_errc::unknown_peer:
        return "the peer shares no topic with us at this relay: wait until it joins";
      case relay_errc::too_many_circuits:
        return "too many circuits are open: close some";
      case relay_errc::too_many_topics:
        return "too many topics are wanted: leave some, or raise max-topics";
      case relay_errc::too_large:
        return "a signal must have 1 to 1200 octets";
      case relay_errc::unknown_circuit:
        return "the circuit is closed";
      case relay_errc::queue_full:
        return "the link to the relay does not drain: it is being replaced";
      case relay_errc::handshake_timeout:
        return "the relay did not finish the handshake in time: check that the URL names a Warren relay";
      case relay_errc::silent:
        return "the relay stopped answering";
      case relay_errc::bad_frame:
        return "the relay broke the protocol: check that the URL names a Warren relay";
      case relay_errc::refused:
        return "the relay refused us";
    }
    return "unknown relay error";
  }
};

} // namespace

const std::error_category& relay_category() noexcept {
  static const category instance;
  return instance;
}

} // namespace warren::relay
