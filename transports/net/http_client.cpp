#include "transports/net/http_client.hpp"

#include "transports/net/errc.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <limits>
#include <optional>

namespace warren::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t part_size = 64 * 1024;

std::error_code to_std(const beast::error_code& why) {
  if (why == beast::error::timeout)
    return net_errc::timed_out;
  if (why == http::error::body_limit || why == http::error::header_limit)
    return net_errc::message_too_large;
  if (why == http::error::end_of_stream || why == http::error::partial_message || why == asio::error::eof)
    return net_errc::closed;
  if (why.category() == boost::system::system_category())
    return {why.value(), std::system_category()};
  return net_errc::protocol;
}

class client final : public http_client {
public:
  client(url server, http_client_options options)
      : server_{std::move(server)}, options_{std::move(options)}, stream_{io_} {}

  result<http_answer> request(
      const std::string& method, const std::string& target, std::string body) override {
    deadline_ = std::chrono::steady_clock::now() + options_.timeout;
    for (bool again : {true, false}) {
      bool reused = connected_;
      auto answer = request_once(method, target, body);
      // A kept connection may have been closed by the server before it saw the request.
      if (answer || !again || !reused || answer.error() == net_errc::timed_out)
        return answer;
    }
    return net_errc::closed;
  }

  result<http_answer> upload(
      const std::string& method, const std::string& target, const std::function<bytes()>& next) override {
    deadline_.reset();
    if (auto why = connect())
      return why;
    http::request<http::buffer_body> head{http::string_to_verb(method), target, 11};
    fill(head);
    head.chunked(true);
    head.body().data = nullptr;
    head.body().more = true;
    http::request_serializer<http::buffer_body> serializer{head};
    auto why = step([&](auto done) { http::async_write_header(stream_, serializer, done); });
    for (bool more = true; more && !why;) {
      auto part = next();
      more = !part.empty();
      head.body().data = part.empty() ? nullptr : part.data();
      head.body().size = part.size();
      head.body().more = more;
      why = step([&](auto done) { http::async_write(stream_, serializer, done); });
      if (why == http::error::need_buffer)
        why = {};
    }
    if (why == beast::error::timeout)
      return fail(why);
    // A server that refuses the rest answers and stops reading: its answer says more than our failed write.
    auto answer = read_answer();
    if (!answer && why)
      return to_std(why);
    return answer;
  }

  result<http_answer> download(
      const std::string& target, const std::function<bool(byte_view)>& part) override {
    deadline_.reset();
    disconnect();
    if (auto why = connect())
      return why;
    http::request<http::empty_body> head{http::verb::get, target, 11};
    fill(head);
    if (auto why = step([&](auto done) { http::async_write(stream_, head, done); }))
      return fail(why);
    http::response_parser<http::buffer_body> parser;
    // No limit; to the parser any length is above boost::none.
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    if (auto why = step([&](auto done) { http::async_read_header(stream_, buffer_, parser, done); }))
      return fail(why);
    return read_parts(parser, part);
  }

private:
  /// Runs one asynchronous step to its end: until the deadline of the whole, or within the longest silence.
  template <class Start>
  beast::error_code step(Start start) {
    beast::error_code outcome;
    if (deadline_)
      stream_.expires_at(*deadline_);
    else
      stream_.expires_after(options_.timeout);
    start([&](beast::error_code why, auto&&...) { outcome = why; });
    io_.restart();
    io_.run();
    return outcome;
  }

  std::error_code connect() {
    if (connected_)
      return {};
    beast::error_code why;
    asio::ip::tcp::resolver resolver{io_};
    auto found = resolver.resolve(server_.host, std::to_string(server_.port), why);
    if (why)
      return std::make_error_code(std::errc::host_unreachable);
    why = step([&](auto done) { stream_.async_connect(found, done); });
    if (why)
      return fail(why);
    stream_.socket().set_option(asio::ip::tcp::no_delay{true}, why);
    buffer_.clear();
    connected_ = true;
    return {};
  }

  void disconnect() {
    beast::error_code ignored;
    stream_.socket().close(ignored);
    connected_ = false;
  }

  std::error_code fail(const beast::error_code& why) {
    disconnect();
    return to_std(why);
  }

  template <class Request>
  void fill(Request& head) {
    head.set(http::field::host, server_.authority());
    head.set(http::field::user_agent, "warren");
    for (const auto& [name, value] : options_.fields)
      head.set(name, value);
  }

  result<http_answer> request_once(
      const std::string& method, const std::string& target, const std::string& body) {
    if (auto why = connect())
      return why;
    http::request<http::string_body> message{http::string_to_verb(method), target, 11, body};
    fill(message);
    message.prepare_payload();
    if (auto why = step([&](auto done) { http::async_write(stream_, message, done); }))
      return fail(why);
    return read_answer();
  }

  result<http_answer> read_answer() {
    http::response_parser<http::string_body> parser;
    parser.body_limit(options_.largest_answer);
    // The head for itself: reading on, the parser would forget that a length it was told is above the limit.
    if (auto why = step([&](auto done) { http::async_read_header(stream_, buffer_, parser, done); }))
      return fail(why);
    if (!parser.is_done())
      if (auto why = step([&](auto done) { http::async_read(stream_, buffer_, parser, done); }))
        return fail(why);
    http_answer answer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
    if (!parser.keep_alive())
      disconnect();
    return answer;
  }

  result<http_answer> read_parts(
      http::response_parser<http::buffer_body>& parser, const std::function<bool(byte_view)>& part) {
    std::array<std::byte, part_size> room;
    http_answer answer{static_cast<int>(parser.get().result_int()), {}};
    while (!parser.is_done()) {
      parser.get().body().data = room.data();
      parser.get().body().size = room.size();
      auto why = step([&](auto done) { http::async_read_some(stream_, buffer_, parser, done); });
      if (why && why != http::error::need_buffer)
        return fail(why);
      auto got = byte_view{room}.first(room.size() - parser.get().body().size);
      if (answer.status != 200) {
        answer.body += as_text(got);
        if (answer.body.size() > options_.largest_answer)
          return fail(http::error::body_limit);
      } else if (!got.empty() && !part(got)) {
        disconnect();
        return net_errc::stopped;
      }
    }
    if (!parser.keep_alive())
      disconnect();
    return answer;
  }

  url server_;
  http_client_options options_;
  asio::io_context io_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  bool connected_ = false;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

} // namespace

result<std::unique_ptr<http_client>> http_client::make(const url& server, http_client_options options) {
  if (server.scheme != url_scheme::http)
    return net_errc::bad_scheme;
  return std::unique_ptr<http_client>{std::make_unique<client>(server, std::move(options))};
}

} // namespace warren::net
