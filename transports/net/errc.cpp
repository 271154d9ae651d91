#include "transports/net/errc.hpp"

#include <string>

namespace warren::net {

namespace {

class category final : public std::error_category {
public:
  const char* name() const noexcept override { return "warren.net"; }

  std::string message(int value) const override {
    switch (static_cast<net_errc>(value)) {
      case net_errc::bad_url:
        return "not a URL of the form scheme://host[:port][/path]";
      case net_errc::bad_scheme:
        return "the URL must begin with ws://, wss://, http:// or https://, in lower case";
      case net_errc::tls_configuration:
        return "certificate, key or CA file cannot be read, or they do not belong together: check the paths";
      case net_errc::tls_handshake:
        return "TLS handshake failed: the other side does not speak TLS here, or no version that we accept";
      case net_errc::certificate:
        return "the server's certificate is not trusted or names another host: check the URL and the CA file";
      case net_errc::refused:
        return "the server refused the WebSocket: check the path of the URL";
      case net_errc::timed_out:
        return "no answer in time: check the address and whether a firewall is in between";
      case net_errc::silent:
        return "the other side stopped answering";
      case net_errc::message_too_large:
        return "message or body above the configured limit";
      case net_errc::queue_full:
        return "the send queue is full: wait until it drains";
      case net_errc::protocol:
        return "the other side broke the WebSocket or HTTP protocol";
      case net_errc::closed:
        return "the link is closed";
      case net_errc::stopped:
        return "this side is shutting down";
    }
    return "unknown error";
  }
};

} // namespace

const std::error_category& net_category() noexcept {
  static const category instance;
  return instance;
}

} // namespace warren::net
