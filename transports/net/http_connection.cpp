#include "transports/net/http_connection.hpp"

#include "transports/net/http_exchange.hpp"
#include "transports/net/io_error.hpp"
#include "transports/net/websocket_session.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <array>

namespace warren::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

namespace {

constexpr std::uint32_t largest_head = 16 * 1024;

/// Faults after a request line that was good: this is HTTP, and its sender can be told. Anything else is cut off in silence.
bool is_malformed_request(const error_code& why) {
  static constexpr std::array faults{
      http::error::bad_field,          http::error::bad_value,
      http::error::bad_content_length, http::error::bad_transfer_encoding,
      http::error::bad_line_ending,    http::error::bad_obs_fold,
      http::error::bad_chunk,          http::error::bad_chunk_extension,
  };
  return std::any_of(faults.begin(), faults.end(), [&why](http::error fault) { return why == fault; });
}

/// RFC 9112 3.2: a request of HTTP/1.1 names one host. RFC 6454 7.3: and at most one origin. Of two, each reader would
/// believe another.
template <class Request>
bool is_ambiguous(const Request& request) {
  auto hosts = request.count(http::field::host);
  return hosts > 1 || (hosts == 0 && request.version() >= 11) || request.count(http::field::origin) > 1;
}

} // namespace

http_response plain_refusal(int status, std::string_view code, std::string_view text) {
  std::string body{"{\"error\":\""};
  body.append(code).append("\",\"message\":\"").append(text).append("\"}\n");
  return {status, "application/json", std::move(body), {}};
}

std::shared_ptr<connection_slot> connection_slot::take(
    std::shared_ptr<server_shared> server, const ip_address& address) {
  auto& counters = server->counters;
  if (counters.connections >= server->config.connections) {
    counters.over_limit.fetch_add(1);
    return nullptr;
  }
  auto site = network_site(address);
  std::unique_lock guard{server->mutex};
  if (server->by_address[site] >= server->config.connections_per_address) {
    counters.over_address_limit.fetch_add(1);
    return nullptr;
  }
  ++server->by_address[site];
  guard.unlock();
  return std::make_shared<connection_slot>(std::move(server), site);
}

connection_slot::connection_slot(std::shared_ptr<server_shared> server, const ip_address& site)
    : server_{std::move(server)}, site_{site} {
  server_->counters.connections.fetch_add(1);
}

connection_slot::~connection_slot() {
  server_->counters.connections.fetch_sub(1);
  std::lock_guard guard{server_->mutex};
  if (auto found = server_->by_address.find(site_); --found->second == 0)
    server_->by_address.erase(found);
}

http_connection::http_connection(
    std::shared_ptr<server_shared> server, std::shared_ptr<connection_slot> slot, any_stream stream,
    endpoint remote)
    : server_{std::move(server)},
      slot_{std::move(slot)},
      stream_{std::move(stream)},
      strand_{stream_.get_executor()},
      remote_{remote},
      buffer_{largest_head + 64 * 1024} {
}

http_connection::~http_connection() {
  end_transfer();
  server_->io->withdraw(this);
}

void http_connection::start() {
  post([self = shared_from_this()] {
    if (self->stream_.tls())
      self->secure();
    else
      self->read_head();
  });
}

void http_connection::shut_down() {
  post([self = shared_from_this()] { self->drop(); });
}

/// Restarts the deadline of the connection.
void http_connection::touch() {
  stream_.next_layer().expires_after(server_->config.idle_timeout);
}

/// Restarts the deadline of a streamed body or response. Whoever pauses may be alive; the kernel notices who is not.
void http_connection::touch_transfer() {
  if (!patient_ && server_->patient_transfers.fetch_add(1) < server_->config.paused_transfers)
    patient_ = true;
  else if (!patient_)
    server_->patient_transfers.fetch_sub(1);
  const auto& config = server_->config;
  stream_.next_layer().expires_after(patient_ ? config.pause_timeout : config.idle_timeout);
}

void http_connection::end_transfer() {
  if (std::exchange(patient_, false))
    server_->patient_transfers.fetch_sub(1);
}

void http_connection::drop() {
  if (state_ == state::upgraded)
    return;
  end_transfer();
  state_ = state::over;
  ++turn_;
  stream_.next_layer().close();
}

void http_connection::secure() {
  touch();
  stream_.tls()->async_handshake(
      asio::ssl::stream_base::server, [self = shared_from_this()](const error_code& why) {
        if (!why) {
          self->read_head();
          return;
        }
        self->server_->counters.tls_failures.fetch_add(1);
        self->drop();
      });
}

void http_connection::read_head() {
  if (over())
    return;
  state_ = state::reading;
  head_only_ = false;
  whole_.reset();
  parts_.reset();
  auto& parser = head_.emplace();
  parser.header_limit(largest_head);
  parser.body_limit(server_->config.largest_streamed_body);
  touch();
  http::async_read_header(
      stream_, buffer_, parser,
      [self = shared_from_this()](const error_code& why, std::size_t) { self->head_read(why); });
}

void http_connection::head_read(const error_code& why) {
  if (over())
    return;
  if (why) {
    refuse_head(why);
    return;
  }
  const auto& request = head_->get();
  version_ = request.version();
  keep_alive_ = request.keep_alive();
  head_only_ = request.method() == http::verb::head;
  body_open_ = !head_->is_done();
  if (is_ambiguous(request)) {
    server_->counters.bad_requests.fetch_add(1);
    refuse(plain_refusal(400, "bad_request", "a request has one Host field and at most one Origin"));
    return;
  }
  if (beast::websocket::is_upgrade(request))
    upgrade();
  else if (body_open_ && beast::iequals(request[http::field::expect], "100-continue"))
    continue_with_body();
  else
    read_whole();
}

/// Says what is wrong with a request, where its sender can know: head or body.
void http_connection::refuse_head(const error_code& why) {
  if (why == http::error::body_limit) {
    server_->counters.oversized_bodies.fetch_add(1);
    refuse(plain_refusal(413, "too_large", "the body is larger than this server takes"));
    return;
  }
  if (why == beast::error::timeout)
    server_->counters.timeouts.fetch_add(1);
  else if (why != http::error::end_of_stream && why != asio::error::operation_aborted)
    server_->counters.bad_requests.fetch_add(1);
  if (why == http::error::header_limit)
    refuse(plain_refusal(431, "too_large", "the head of the request is larger than 16 KiB"));
  else if (is_malformed_request(why))
    refuse(plain_refusal(400, "bad_request", "the request is malformed: " + why.message()));
  else
    drop();
}

/// RFC 9110 10.1.1: the client waits for this before it sends the body.
void http_connection::continue_with_body() {
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(
      stream_, asio::buffer(go_on), [self = shared_from_this()](const error_code& why, std::size_t) {
        if (why || self->over())
          self->drop();
        else
          self->read_whole();
      });
}

http_request http_connection::describe() const {
  const auto& request = head_->get();
  http_request told;
  auto text = [](beast::string_view view) { return std::string{view.data(), view.size()}; };
  told.method = text(request.method_string());
  auto target = text(request.target());
  auto mark = std::min(target.find('?'), target.size());
  told.path = target.substr(0, mark);
  told.query = mark < target.size() ? target.substr(mark + 1) : std::string{};
  for (const auto& field : request)
    told.fields.emplace_back(text(field.name_string()), text(field.value()));
  told.remote = remote_;
  return told;
}

void http_connection::read_whole() {
  auto told = describe();
  const auto& stream_body = server_->handlers.stream_body;
  if (body_open_ && stream_body && stream_body(told)) {
    parts_.emplace(std::move(*head_));
    ask(std::move(told));
    return;
  }
  auto& parser = whole_.emplace(std::move(*head_));
  parser.body_limit(server_->config.largest_body);
  // A length that is known is checked before anything is read.
  auto length = parser.content_length();
  if (length && *length > server_->config.largest_body) {
    refuse_head(http::make_error_code(http::error::body_limit));
    return;
  }
  state_ = state::whole_body;
  http::async_read(
      stream_, buffer_, parser,
      [self = shared_from_this(), told = std::move(told)](const error_code& why, std::size_t) mutable {
        if (self->over())
          return;
        if (why) {
          self->refuse_head(why);
          return;
        }
        self->body_open_ = false;
        told.body = std::move(self->whole_->get().body());
        self->ask(std::move(told));
      });
}

void http_connection::ask(http_request request) {
  state_ = state::asked;
  server_->counters.requests.fetch_add(1);
  stream_.next_layer().expires_never();
  auto responder = std::make_shared<http_exchange>(shared_from_this(), ++turn_);
  if (server_->handlers.on_request)
    server_->handlers.on_request(std::move(request), std::move(responder));
  else
    responder->respond(plain_refusal(404, "not_found", "there is nothing here"));
}

void http_connection::upgrade() {
  auto session = std::make_shared<websocket_session>(server_->io, strand_, server_->config.websocket);
  auto handlers =
      server_->handlers.on_upgrade ? server_->handlers.on_upgrade(describe(), session) : std::nullopt;
  if (!handlers) {
    server_->counters.refused_upgrades.fetch_add(1);
    const auto& refusal = server_->handlers.on_upgrade_refused;
    refuse(refusal ? refusal(describe()) : plain_refusal(404, "not_found", "there is no WebSocket here"));
    return;
  }
  server_->counters.upgrades.fetch_add(1);
  // The connection counts for the server as long as the WebSocket lives.
  auto on_closed = std::move(handlers->on_closed);
  handlers->on_closed = [on_closed = std::move(on_closed),
                         slot = slot_](std::error_code why, std::string reason) {
    if (on_closed)
      on_closed(why, std::move(reason));
  };
  session->set_handlers(std::move(*handlers));
  if (!server_->io->enroll(session)) {
    session->end(net_errc::stopped, "shutting down");
    return;
  }
  state_ = state::upgraded;
  stream_.next_layer().expires_never();
  session->attach(std::move(stream_));
  session->accept(head_->release());
}

void http_connection::refuse(http_response answer) {
  keep_alive_ = false;
  state_ = state::asked;
  respond(++turn_, std::move(answer));
}

void http_connection::response_sent(const error_code& why) {
  if (over())
    return;
  if (why)
    drop();
  else
    next_request();
}

void http_connection::next_request() {
  ++turn_;
  end_transfer();
  if (keep_alive_ && !body_open_)
    read_head();
  else
    linger();
}

/// RFC 9112 9.6: half-close, and read on until the client closes too, so that it can read the answer before a reset.
void http_connection::linger() {
  static constexpr std::chrono::seconds patience{2};
  if (state_ != state::over) {
    state_ = state::over;
    error_code ignored;
    stream_.next_layer().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream_.next_layer().expires_after(patience);
  }
  buffer_.clear();
  stream_.next_layer().async_read_some(
      buffer_.prepare(largest_head), [self = shared_from_this()](const error_code& why, std::size_t) {
        if (why)
          self->drop();
        else
          self->linger();
      });
}

} // namespace warren::net
