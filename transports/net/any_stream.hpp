#pragma once

#include "transports/net/tls_context.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <chrono>
#include <functional>
#include <memory>
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

/// Half-closes, then reads until the peer closes too, so that it can read our close frame before a reset; for two seconds
/// at most, so that a peer that never closes holds nothing up. TLS needs no goodbye of its own: the close frame, which it
/// protects, says that nothing is missing.
template <class Handler>
class teardown_op {
public:
  using executor_type = boost::asio::associated_executor_t<Handler, any_stream::executor_type>;

  teardown_op(any_stream& stream, Handler handler) : stream_{stream}, handler_{std::move(handler)} {}

  executor_type get_executor() const noexcept {
    return boost::asio::get_associated_executor(handler_, stream_.get().next_layer().get_executor());
  }

  void start() {
    boost::system::error_code ignored;
    auto& tcp = stream_.get().next_layer();
    tcp.socket().shutdown(boost::asio::socket_base::shutdown_send, ignored);
    tcp.expires_after(std::chrono::seconds{2});
    read();
  }

  void operator()(const boost::system::error_code& why, std::size_t) {
    if (why)
      handler_(boost::system::error_code{});
    else
      read();
  }

private:
  void read() {
    auto room = boost::asio::buffer(room_.get(), room_size);
    stream_.get().next_layer().async_read_some(room, std::move(*this));
  }

  static constexpr std::size_t room_size = 4'096;

  std::reference_wrapper<any_stream> stream_;
  Handler handler_;
  std::unique_ptr<char[]> room_{new char[room_size]};
};

/// Found by Beast when a WebSocket over this stream is torn down after its closing handshake, or for an error.
template <class Handler>
void async_teardown(boost::beast::role_type, any_stream& stream, Handler&& handler) {
  teardown_op<std::decay_t<Handler>>{stream, std::forward<Handler>(handler)}.start();
}

} // namespace warren::net
