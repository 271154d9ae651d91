#pragma once

#include "transports/net/tls_context.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <optional>
#include <variant>

namespace warren::net {

/// TCP with or without TLS on it, chosen when made, so that what lies above is compiled once.
class any_stream {
public:
  using next_layer_type = boost::beast::tcp_stream;
  using executor_type = next_layer_type::executor_type;
  using tls_stream = boost::beast::ssl_stream<next_layer_type>;

  any_stream(next_layer_type tcp, const tls_context& tls)
      : context_{tls}, stream_{make(std::move(tcp), tls)} {}

  executor_type get_executor() { return next_layer().get_executor(); }

  next_layer_type& next_layer() noexcept {
    auto secure = tls();
    return secure ? secure->next_layer() : std::get<next_layer_type>(stream_);
  }

  const next_layer_type& next_layer() const noexcept {
    auto secure = std::get_if<tls_stream>(&stream_);
    return secure ? secure->next_layer() : std::get<next_layer_type>(stream_);
  }

  /// Returns the TLS layer, null when there is none.
  tls_stream* tls() noexcept { return std::get_if<tls_stream>(&stream_); }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (auto secure = tls())
      secure->async_read_some(buffers, std::forward<Handler>(handler));
    else
      next_layer().async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (auto secure = tls())
      secure->async_write_some(buffers, std::forward<Handler>(handler));
    else
      next_layer().async_write_some(buffers, std::forward<Handler>(handler));
  }

private:
  using either = std::variant<next_layer_type, tls_stream>;

  static either make(next_layer_type tcp, const tls_context& tls) {
    if (tls)
      return either{std::in_place_type<tls_stream>, std::move(tcp), *tls};
    return either{std::in_place_type<next_layer_type>, std::move(tcp)};
  }

  tls_context context_;
  either stream_;
};

/// Found by Beast when a WebSocket over this stream is torn down after its closing handshake.
template <class Handler>
void async_teardown(boost::beast::role_type role, any_stream& stream, Handler&& handler) {
  using boost::beast::websocket::async_teardown;
  if (auto secure = stream.tls())
    async_teardown(role, *secure, std::forward<Handler>(handler));
  else
    async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
}

} // namespace warren::net
