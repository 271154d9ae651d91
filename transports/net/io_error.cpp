#include "transports/net/io_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <openssl/err.h>
#include <openssl/sslerr.h>

namespace warren::net {

namespace beast = boost::beast;
namespace asio = boost::asio;

std::error_code to_std(const boost::system::error_code& why) {
  if (!why)
    return {};
  if (why == beast::error::timeout)
    return net_errc::timed_out;
  if (why == asio::error::operation_aborted)
    return net_errc::closed;
  if (why == asio::error::eof || why == asio::ssl::error::stream_truncated)
    return std::make_error_code(std::errc::connection_reset);
  if (why == beast::websocket::error::upgrade_declined)
    return net_errc::refused;
  if (why == beast::websocket::error::message_too_big || why == beast::websocket::error::buffer_overflow
      || why == beast::http::error::body_limit)
    return net_errc::message_too_large;
  if (why.category() == boost::system::system_category())
    return {why.value(), std::system_category()};
  if (why.category() == asio::error::get_netdb_category()
      || why.category() == asio::error::get_addrinfo_category())
    return std::make_error_code(std::errc::host_unreachable);
  return net_errc::protocol;
}

std::error_code tls_error(const boost::system::error_code& why) {
  if (why.category() == asio::error::get_ssl_category()) {
    auto reason = ERR_GET_REASON(static_cast<unsigned long>(why.value()));
    return reason == SSL_R_CERTIFICATE_VERIFY_FAILED ? net_errc::certificate : net_errc::tls_handshake;
  }
  if (why == asio::error::eof || why == asio::ssl::error::stream_truncated)
    return net_errc::tls_handshake;
  return to_std(why);
}

} // namespace warren::net
