#include "transports/net/websocket_client.hpp"

#include "transports/net/io_error.hpp"
#include "transports/net/websocket_session.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/strand.hpp>

namespace warren::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Brings a session up: resolve, connect, TLS, upgrade. Gone once the session is open or has ended.
class websocket_dial : public std::enable_shared_from_this<websocket_dial> {
public:
  websocket_dial(
      std::shared_ptr<websocket_session> session, const websocket_session::executor& strand, url where,
      connect_options options)
      : session_{std::move(session)},
        where_{std::move(where)},
        options_{std::move(options)},
        resolver_{strand},
        timer_{strand},
        strand_{strand} {}

  void start();

private:
  using endpoints = std::vector<tcp::endpoint>;

  void resolve();
  void connect(endpoints candidates);
  void secure();
  void upgrade();
  void tell_answer(const beast::websocket::response_type& response) const;
  void fail(std::error_code why, std::string reason) { session_->end(why, std::move(reason)); }
  void give_up();
  std::error_code tls_failure(const error_code& why);
  bool over() const { return session_->ended(); }

  std::shared_ptr<websocket_session> session_;
  url where_;
  connect_options options_;
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  websocket_session::executor strand_;
  websocket_session::websocket* websocket_ = nullptr;
};

void websocket_dial::start() {
  if (over())
    return;
  session_->when_dial_is_given_up([self = shared_from_this()] { self->give_up(); });
  tls_context tls;
  if (where_.secure()) {
    auto made = make_client_context(options_.tls);
    if (!made) {
      fail(made.error(), options_.tls.ca_file);
      return;
    }
    tls = std::move(*made);
  }
  websocket_ = &session_->attach(any_stream{beast::tcp_stream{strand_}, tls});
  timer_.expires_after(session_->limits().handshake_timeout);
  timer_.async_wait([self = shared_from_this()](const error_code& why) {
    if (!why)
      self->fail(net_errc::timed_out, to_string(self->where_));
  });
  resolve();
}

/// The socket's operations end with the socket. What would still wait here would keep the io threads from stopping.
void websocket_dial::give_up() {
  timer_.cancel();
  resolver_.cancel();
}

std::error_code websocket_dial::tls_failure(const error_code& why) {
  // OpenSSL's error queue may begin with a detail of why the certificate was not good.
  auto verified = SSL_get_verify_result(websocket_->next_layer().tls()->native_handle());
  return verified == X509_V_OK ? tls_error(why) : net_errc::certificate;
}

void websocket_dial::resolve() {
  error_code not_literal;
  auto literal = asio::ip::make_address(where_.host, not_literal);
  if (!not_literal) {
    connect({tcp::endpoint{literal, where_.port}});
    return;
  }
  resolver_.async_resolve(
      where_.host, std::to_string(where_.port),
      [self = shared_from_this()](const error_code& why, const tcp::resolver::results_type& found) {
        if (self->over())
          return;
        if (why) {
          self->fail(to_std(why), "cannot resolve " + self->where_.host + ": " + why.message());
          return;
        }
        endpoints candidates;
        for (const auto& entry : found)
          candidates.push_back(entry.endpoint());
        self->connect(std::move(candidates));
      });
}

void websocket_dial::connect(endpoints candidates) {
  auto kept = std::make_shared<endpoints>(std::move(candidates));
  websocket_->next_layer().next_layer().async_connect(
      *kept, [self = shared_from_this(), kept](const error_code& why, const tcp::endpoint&) {
        if (self->over())
          return;
        if (why)
          self->fail(to_std(why), "cannot connect to " + self->where_.authority() + ": " + why.message());
        else if (self->where_.secure())
          self->secure();
        else
          self->upgrade();
      });
}

void websocket_dial::secure() {
  auto& tls = *websocket_->next_layer().tls();
  error_code ignored;
  auto literal = (asio::ip::make_address(where_.host, ignored), !ignored);
  // RFC 6066 3: literal addresses are not permitted in the server name.
  if (!literal)
    SSL_set_tlsext_host_name(tls.native_handle(), where_.host.c_str());
  if (options_.tls.verify)
    tls.set_verify_callback(asio::ssl::host_name_verification{where_.host}, ignored);
  tls.async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](const error_code& why) {
    if (self->over())
      return;
    if (why)
      self->fail(self->tls_failure(why), "TLS with " + self->where_.authority() + ": " + why.message());
    else
      self->upgrade();
  });
}

void websocket_dial::tell_answer(const beast::websocket::response_type& response) const {
  if (!options_.on_answer)
    return;
  http_fields fields;
  for (const auto& field : response)
    fields.emplace_back(std::string{field.name_string()}, std::string{field.value()});
  options_.on_answer(fields);
}

void websocket_dial::upgrade() {
  websocket_->set_option(beast::websocket::stream_base::decorator(
      [headers = options_.headers](beast::websocket::request_type& request) {
        request.set(beast::http::field::user_agent, "warren");
        for (const auto& [name, value] : headers)
          request.set(name, value);
      }));
  auto response = std::make_shared<beast::websocket::response_type>();
  websocket_->async_handshake(
      *response, where_.authority(), where_.path,
      [self = shared_from_this(), response](const error_code& why) {
        if (self->over())
          return;
        self->timer_.cancel();
        self->tell_answer(*response);
        if (why == beast::websocket::error::upgrade_declined)
          self->fail(net_errc::refused, "HTTP status " + std::to_string(response->result_int()));
        else if (why)
          self->fail(to_std(why), why.message());
        else
          self->session_->opened();
      });
}

} // namespace

std::shared_ptr<websocket_link> websocket_connect(
    io_threads& io, const url& where, connect_options options, websocket_handlers handlers) {
  websocket_session::executor strand = asio::make_strand(io.state()->io);
  auto session = std::make_shared<websocket_session>(io.state(), strand, options.limits);
  session->set_handlers(std::move(handlers));
  if (!io.state()->enroll(session)) {
    session->end(net_errc::stopped, "shutting down");
    return session;
  }
  auto dial = std::make_shared<websocket_dial>(session, strand, where, std::move(options));
  io.state()->post(strand, [dial] { dial->start(); });
  return session;
}

} // namespace warren::net
