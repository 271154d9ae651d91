#include "transports/net/errc.hpp"
#include "transports/net/http_client.hpp"
#include "transports/net/websocket_server.hpp"

#include "tests/unit/net/silent_listener.hpp"
#include "tests/unit/net/waiting.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

using namespace warren;
using namespace warren::net;

namespace {

url url_of(const endpoint& where) {
  return {url_scheme::http, to_string(where.address), where.port, "/"};
}

std::unique_ptr<http_client> client_of(const endpoint& where, http_client_options options = {}) {
  auto made = http_client::make(url_of(where), std::move(options));
  BOOST_REQUIRE(made);
  return std::move(*made);
}

/// Returns a body that `upload` sends: these parts, one after the other.
std::function<bytes()> parts(std::vector<std::string> left) {
  std::reverse(left.begin(), left.end());
  return [left = std::move(left)]() mutable {
    if (left.empty())
      return bytes{};
    auto next = to_bytes(left.back());
    left.pop_back();
    return next;
  };
}

/// A server that says back what it was told, as "METHOD TARGET FIELD BODY"; /parts comes in two parts, /cut ends in the
/// middle.
struct fixture {
  fixture() {
    server_config config;
    config.listen = {*ip_address::parse("127.0.0.1"), 0};
    server_handlers handlers;
    handlers.on_request =
        [this](const http_request& request, const std::shared_ptr<http_responder>& responder) {
          serve(request, responder);
        };
    auto listening = websocket_server::listen(io, config, handlers);
    BOOST_REQUIRE(listening);
    server = *listening;
  }

  static void serve(const http_request& request, const std::shared_ptr<http_responder>& responder) {
    if (request.path == "/parts" || request.path == "/cut")
      return stream(request.path == "/parts", responder);
    auto field = std::string{request.field("X-Thing").value_or("-")};
    auto text = request.method + " " + request.path + " " + field + " " + request.body;
    responder->respond({request.path == "/missing" ? 404 : 200, "text/plain", text, {}});
  }

  static void stream(bool whole, const std::shared_ptr<http_responder>& responder) {
    responder->start({200, "text/plain", {}, {}});
    responder->write(to_bytes("one,"), [whole, responder](std::error_code) {
      if (!whole)
        return;
      responder->write(to_bytes("two"), [responder](std::error_code) { responder->finish(); });
    });
  }

  std::shared_ptr<websocket_server> server;
  io_threads io;
};

/// A server that answers one request of each connection with its first line, as if more could follow, and ends it.
class closing_server {
public:
  closing_server() : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    socket_address where{{*ip_address::parse("127.0.0.1"), 0}};
    BOOST_REQUIRE(::bind(fd_, &where.any, where.size) == 0);
    BOOST_REQUIRE(::listen(fd_, 16) == 0);
    BOOST_REQUIRE(::getsockname(fd_, &where.any, &where.size) == 0);
    local_ = where.to_endpoint();
    thread_ = std::thread{[this] { run(); }};
  }

  ~closing_server() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }

  closing_server(const closing_server&) = delete;
  closing_server& operator=(const closing_server&) = delete;

  endpoint local() const { return local_; }

  /// Returns true once `n` connections were accepted, answered and closed, and no more.
  bool has_closed(std::size_t n) {
    return closed_.wait([&](std::size_t closed) { return closed >= n; }) && closed_.get() == n;
  }

private:
  void run() {
    for (int peer = -1; (peer = ::accept(fd_, nullptr, nullptr)) >= 0;) {
      serve(peer);
      ::close(peer);
      closed_.change([](std::size_t& closed) { ++closed; });
    }
  }

  static void serve(int peer) {
    std::string asked;
    std::array<char, 4096> room;
    while (asked.find("\r\n\r\n") == std::string::npos) {
      auto got = ::recv(peer, room.data(), room.size(), 0);
      if (got <= 0)
        return;
      asked.append(room.data(), static_cast<std::size_t>(got));
    }
    auto body = asked.substr(0, asked.find('\r'));
    auto answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
  }

  int fd_;
  endpoint local_;
  test::watched<std::size_t> closed_;
  std::thread thread_;
};

http_client_options impatient() {
  return {.timeout = std::chrono::milliseconds{50}, .fields = {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_client_calls)

BOOST_AUTO_TEST_CASE(a_request_carries_method_target_fields_and_body) {
  fixture net;
  auto client = client_of(net.server->local(), {.fields = {{"X-Thing", "7"}}});
  auto answer = client->request("PUT", "/a%20b", "hello");
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->status == 200);
  BOOST_TEST(answer->body == "PUT /a%20b 7 hello");
  BOOST_TEST(client->request("DELETE", "/missing")->status == 404);
  BOOST_TEST(net.server->counters().accepted == 1u);
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_server_closed_is_made_again) {
  closing_server server;
  auto client = client_of(server.local());
  auto first = client->request("GET", "/first", {});
  BOOST_REQUIRE(first);
  BOOST_TEST(first->body == "GET /first HTTP/1.1");
  BOOST_REQUIRE(server.has_closed(1));
  auto again = client->request("GET", "/again", {});
  BOOST_REQUIRE(again);
  BOOST_TEST(again->body == "GET /again HTTP/1.1");
  BOOST_TEST(server.has_closed(2));
}

BOOST_AUTO_TEST_CASE(an_upload_arrives_whole_and_is_answered) {
  fixture net;
  auto answer = client_of(net.server->local())->upload("POST", "/in", parts({"ab", "c", "def"}));
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->body == "POST /in - abcdef");
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_refused_midway_returns_the_refusal) {
  fixture net;
  std::vector<std::string> much(40, std::string(64 * 1024, 'x'));
  auto answer = client_of(net.server->local())->upload("POST", "/in", parts(much));
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->status == 413);
}

BOOST_AUTO_TEST_CASE(a_download_is_handed_on_in_parts_and_any_other_status_is_returned) {
  fixture net;
  auto client = client_of(net.server->local());
  std::string all;
  auto take = [&](byte_view part) {
    all += as_text(part);
    return true;
  };
  auto whole = client->download("/parts", take);
  BOOST_REQUIRE(whole);
  BOOST_TEST(all == "one,two");
  auto missing = client->download("/missing", take);
  BOOST_REQUIRE(missing);
  BOOST_TEST(missing->status == 404);
  BOOST_TEST(missing->body == "GET /missing - ");
  BOOST_TEST(all == "one,two");
}

BOOST_AUTO_TEST_CASE(a_download_ends_where_its_taker_says_so) {
  fixture net;
  auto answer = client_of(net.server->local())->download("/parts", [](byte_view) { return false; });
  BOOST_TEST((answer.error() == net_errc::stopped));
}

BOOST_AUTO_TEST_CASE(a_download_that_is_cut_off_fails) {
  fixture net;
  auto answer = client_of(net.server->local())->download("/cut", [](byte_view) { return true; });
  BOOST_TEST((answer.error() == net_errc::closed));
}

BOOST_AUTO_TEST_CASE(an_answer_above_the_limit_is_refused) {
  fixture net;
  auto client = client_of(net.server->local(), {.largest_answer = 10, .fields = {}});
  auto answer = client->request("GET", "/long-enough");
  BOOST_TEST(answer.error() == net_errc::message_too_large);
}

BOOST_AUTO_TEST_CASE(a_server_that_never_answers_ends_every_call) {
  test::silent_listener silent;
  auto client = client_of(silent.local(), impatient());
  BOOST_TEST((client->request("GET", "/").error() == net_errc::timed_out));
  BOOST_TEST((client->upload("POST", "/", parts({"a"})).error() == net_errc::timed_out));
  BOOST_TEST((client->download("/", [](byte_view) { return true; }).error() == net_errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_server_that_takes_nothing_ends_an_upload) {
  test::silent_listener silent;
  auto endless = [] { return bytes(64 * 1024); };
  auto answer = client_of(silent.local(), impatient())->upload("POST", "/", endless);
  BOOST_TEST((answer.error() == net_errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_port_where_nobody_listens_is_an_error_value) {
  auto client = client_of({*ip_address::parse("127.0.0.1"), 1});
  BOOST_TEST((client->request("GET", "/").error() == std::errc::connection_refused));
}

BOOST_AUTO_TEST_CASE(only_plain_http_is_spoken) {
  auto made = http_client::make(*url::parse("https://127.0.0.1:1"), {});
  BOOST_TEST((made.error() == net_errc::bad_scheme));
}

BOOST_AUTO_TEST_SUITE_END()
