#include "transports/net/errc.hpp"
#include "transports/net/http_date.hpp"
#include "transports/net/websocket_client.hpp"
#include "transports/net/websocket_server.hpp"

#include "tests/unit/net/raw_client.hpp"
#include "tests/unit/net/silent_listener.hpp"
#include "tests/unit/net/test_certificates.hpp"
#include "tests/unit/net/waiting.hpp"

#include <boost/test/data/test_case.hpp>

#include <thread>

using namespace warren;
using namespace warren::net;

namespace {

constexpr std::size_t plenty = 1'000'000;

constexpr std::string_view upgrade_request =
    "GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What one side of a link went through.
struct history {
  bool open = false;
  bool closed = false;
  std::vector<std::pair<bytes, message_kind>> messages;
  int drained = 0;
  std::error_code why;
  std::string reason;
};

using watched_history = test::watched<history>;

websocket_handlers record(const std::shared_ptr<watched_history>& into) {
  return {
      .on_open = [into] { into->change([](history& all) { all.open = true; }); },
      .on_message =
          [into](bytes message, message_kind kind) {
            into->change([&](history& all) { all.messages.emplace_back(std::move(message), kind); });
          },
      .on_drained = [into] { into->change([](history& all) { ++all.drained; }); },
      .on_closed =
          [into](std::error_code why, std::string reason) {
            into->change([&](history& all) {
              BOOST_TEST(!all.closed);
              all.closed = true;
              all.why = why;
              all.reason = std::move(reason);
            });
          },
  };
}

bool wait_open(watched_history& which) {
  return which.wait([](const history& all) { return all.open || all.closed; }) && which.get().open;
}

bool wait_closed(watched_history& which) {
  return which.wait([](const history& all) { return all.closed; });
}

bool wait_messages(watched_history& which, std::size_t count) {
  return which.wait([count](const history& all) { return all.messages.size() >= count; });
}

bytes pattern(std::size_t size) {
  bytes made(size);
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<std::byte>(i * 31 + i / 253);
  return made;
}

/// A server whose links on "/echo" say everything back, and on "/hold" read nothing by themselves.
struct fixture {
  explicit fixture(
      bool secure, const std::string& address = "127.0.0.1", websocket_limits limits = {},
      std::string certificate = {}) {
    server_config config;
    config.listen = {*ip_address::parse(address), 0};
    config.websocket = limits;
    if (secure)
      config.tls = tls_server{
          certificate.empty() ? certificates.certificate_file() : certificate, certificates.key_file()};
    server_handlers handlers;
    handlers.on_upgrade = [this](const http_request& request, const std::shared_ptr<websocket_link>& link) {
      return upgrade(request, link);
    };
    auto listening = websocket_server::listen(io, std::move(config), std::move(handlers));
    BOOST_REQUIRE(listening);
    server = *listening;
    where.scheme = secure ? url_scheme::wss : url_scheme::ws;
    where.host = address;
    where.port = server->local().port;
    where.path = "/echo";
    options.tls.ca_file = certificates.ca_file();
  }

  std::optional<websocket_handlers> upgrade(
      const http_request& request, const std::shared_ptr<websocket_link>& link) {
    seen.change([&](std::vector<http_request>& all) { all.push_back(request); });
    if (request.path != "/echo" && request.path != "/hold")
      return std::nullopt;
    held = link;
    auto handlers = record(far);
    if (request.path == "/echo") {
      link->grant_reads(plenty);
      handlers.on_message = [link](bytes message, message_kind kind) {
        BOOST_TEST(!link->send(std::move(message), kind));
      };
    }
    return handlers;
  }

  std::shared_ptr<websocket_link> dial() { return websocket_connect(io, where, options, record(near)); }

  test::test_certificates certificates;
  std::shared_ptr<watched_history> near = std::make_shared<watched_history>();
  std::shared_ptr<watched_history> far = std::make_shared<watched_history>();
  test::watched<std::vector<http_request>> seen;
  std::shared_ptr<websocket_link> held;
  url where;
  connect_options options;
  std::shared_ptr<websocket_server> server;
  io_threads io{2}; // last: handlers use the rest
};

/// Returns whether the threads end while a test waits.
bool stops(io_threads& io) {
  test::watched<bool> stopped;
  std::jthread stopping{[&] {
    io.stop();
    stopped.change([](bool& done) { done = true; });
  }};
  return stopped.wait([](bool done) { return done; });
}

const std::vector<bool> plain_and_tls{false, true};

} // namespace

BOOST_AUTO_TEST_SUITE(websocket)

BOOST_DATA_TEST_CASE(messages_of_all_sizes_come_back_whole_and_in_order, plain_and_tls, secure) {
  fixture net{secure};
  auto link = net.dial();
  link->grant_reads(plenty);
  const std::vector<std::size_t> sizes{0, 1, 125, 126, 65'535, 65'536, 100'000};
  // Sent before the link is open: waits.
  for (auto size : sizes)
    BOOST_TEST(!link->send(pattern(size)));
  BOOST_TEST(!link->send(to_bytes("text"), message_kind::text));
  BOOST_REQUIRE(wait_messages(*net.near, sizes.size() + 1));
  auto got = net.near->get().messages;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    BOOST_TEST((got[i].first == pattern(sizes[i])));
    BOOST_TEST((got[i].second == message_kind::binary));
  }
  BOOST_TEST((got.back().first == to_bytes("text")));
  BOOST_TEST((got.back().second == message_kind::text));
  BOOST_TEST((link->remote() == net.server->local()));
  link->close(close_code::normal, "done");
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_REQUIRE(wait_closed(*net.far));
  BOOST_TEST(!net.near->get().why);
  BOOST_TEST(!net.far->get().why);
  BOOST_TEST(net.far->get().reason == "done");
  BOOST_TEST((link->send(pattern(1)) == net_errc::closed));
  BOOST_TEST(net.server->counters().upgrades == 1u);
}

BOOST_AUTO_TEST_CASE(ipv6_and_request_headers_work) {
  fixture net{true, "::1"};
  net.options.headers = {{"X-Token", "abc"}};
  auto link = net.dial();
  BOOST_REQUIRE(wait_open(*net.near));
  auto request = net.seen.get().at(0);
  BOOST_TEST(request.field("x-token").value_or("") == "abc");
  BOOST_TEST(request.field("host").value_or("") == net.where.authority());
  BOOST_TEST(request.remote.address.is_loopback());
}

BOOST_AUTO_TEST_CASE(the_answers_fields_are_told_and_say_what_time_it_is) {
  for (std::string path : {"/echo", "/elsewhere"}) {
    fixture net{true};
    net.where.path = path;
    test::watched<http_fields> answer;
    net.options.on_answer = [&](const http_fields& fields) {
      answer.change([&](http_fields& all) { all = fields; });
    };
    auto link = net.dial();
    BOOST_TEST(wait_open(*net.near) == (path == "/echo"));
    auto fields = answer.get();
    auto date =
        std::find_if(fields.begin(), fields.end(), [](const auto& field) { return field.first == "Date"; });
    BOOST_REQUIRE(date != fields.end());
    BOOST_TEST(parse_http_date(date->second).has_value(), date->second);
  }
}

BOOST_AUTO_TEST_CASE(a_host_name_is_resolved_and_checked_against_the_certificate) {
  fixture net{true};
  net.where.host = "localhost";
  auto link = net.dial();
  BOOST_TEST(wait_open(*net.near));
}

BOOST_AUTO_TEST_CASE(a_certificate_of_an_unknown_authority_is_refused) {
  fixture net{true};
  test::test_certificates others;
  net.options.tls.ca_file = others.ca_file();
  auto link = net.dial();
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_TEST((net.near->get().why == net_errc::certificate));
  BOOST_TEST(!net.near->get().open);
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_host_is_refused_unless_checking_is_off) {
  fixture net{true, "127.0.0.1", {}, {}};
  server_config config;
  config.listen = {*ip_address::parse("127.0.0.1"), 0};
  config.tls = tls_server{net.certificates.other_certificate_file(), net.certificates.key_file()};
  server_handlers handlers;
  handlers.on_upgrade = [](const http_request&, const std::shared_ptr<websocket_link>&) {
    return std::optional{websocket_handlers{}};
  };
  auto other = websocket_server::listen(net.io, config, handlers);
  BOOST_REQUIRE(other);
  net.where.port = (*other)->local().port;
  auto link = net.dial();
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_TEST((net.near->get().why == net_errc::certificate));
  net.near = std::make_shared<watched_history>();
  net.options.tls.verify = false;
  link = net.dial();
  BOOST_TEST(wait_open(*net.near));
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_are_a_configuration_error) {
  fixture net{true};
  net.options.tls.ca_file = "/nonexistent/ca.pem";
  auto link = net.dial();
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_TEST((net.near->get().why == net_errc::tls_configuration));
  server_config config;
  config.listen = {*ip_address::parse("127.0.0.1"), 0};
  config.tls = tls_server{net.certificates.certificate_file(), net.certificates.ca_file()};
  BOOST_TEST((websocket_server::listen(net.io, config, {}).error() == net_errc::tls_configuration));
}

BOOST_AUTO_TEST_CASE(tls_to_a_plain_server_and_plain_to_a_tls_server_end_with_an_error) {
  fixture plain{false};
  plain.where.scheme = url_scheme::wss;
  auto first = plain.dial();
  BOOST_REQUIRE(wait_closed(*plain.near));
  BOOST_TEST((plain.near->get().why == net_errc::tls_handshake));
  fixture secure{true};
  secure.where.scheme = url_scheme::ws;
  auto second = secure.dial();
  BOOST_REQUIRE(wait_closed(*secure.near));
  BOOST_TEST(static_cast<bool>(secure.near->get().why));
}

BOOST_AUTO_TEST_CASE(an_upgrade_on_an_unknown_path_is_refused) {
  fixture net{false};
  net.where.path = "/elsewhere";
  auto link = net.dial();
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_TEST((net.near->get().why == net_errc::refused));
  BOOST_TEST(net.near->get().reason == "HTTP status 404");
  BOOST_TEST(net.server->counters().refused_upgrades == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_may_say_why_it_refuses_an_upgrade) {
  io_threads io;
  server_handlers handlers;
  handlers.on_upgrade_refused = [](const http_request& request) {
    return http_response{403, "application/json", "{\"path\":\"" + request.path + "\"}", {}};
  };
  server_config config;
  config.listen = {*ip_address::parse("127.0.0.1"), 0};
  auto server = websocket_server::listen(io, config, std::move(handlers));
  BOOST_REQUIRE(server);
  test::raw_client raw{(*server)->local()};
  raw.send(upgrade_request);
  auto answer = raw.read_all();
  BOOST_TEST(answer.starts_with("HTTP/1.1 403"));
  BOOST_TEST(answer.ends_with("{\"path\":\"/echo\"}"));
}

BOOST_AUTO_TEST_CASE(a_port_where_nobody_listens_is_an_error_value) {
  fixture net{false};
  net.server->stop();
  net.where.port = 1;
  auto link = net.dial();
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_TEST((net.near->get().why == std::errc::connection_refused));
}

BOOST_DATA_TEST_CASE(garbage_on_the_port_harms_nobody, plain_and_tls, secure) {
  fixture net{secure};
  auto link = net.dial();
  link->grant_reads(plenty);
  BOOST_REQUIRE(wait_open(*net.near));
  {
    test::raw_client garbage{net.server->local()};
    garbage.send(std::string(2'000, '\xf5') + "\r\n\r\n");
    garbage.read_all();
  }
  BOOST_TEST(net.server->counters().bad_requests + net.server->counters().tls_failures == 1u);
  BOOST_TEST(!link->send(pattern(10)));
  BOOST_TEST(wait_messages(*net.near, 1));
}

BOOST_AUTO_TEST_CASE(garbage_after_the_upgrade_closes_that_link_only) {
  fixture net{false};
  auto link = net.dial();
  link->grant_reads(plenty);
  BOOST_REQUIRE(wait_messages(*net.near, 0));
  BOOST_REQUIRE(wait_open(*net.near));
  auto kept = net.far;
  net.far = std::make_shared<watched_history>();
  test::raw_client raw{net.server->local()};
  raw.send(upgrade_request);
  BOOST_TEST(raw.read_until("\r\n\r\n").starts_with("HTTP/1.1 101"));
  raw.send(std::string(100, '\xff'));
  BOOST_REQUIRE(wait_closed(*net.far));
  BOOST_TEST((net.far->get().why == net_errc::protocol));
  BOOST_TEST(!kept->get().closed);
  BOOST_TEST(!link->send(pattern(10)));
  BOOST_TEST(wait_messages(*net.near, 1));
}

BOOST_AUTO_TEST_CASE(a_message_above_the_limit_closes_the_link) {
  fixture net{false, "127.0.0.1", {.largest_message = 1'000}};
  auto link = net.dial();
  link->grant_reads(plenty);
  BOOST_TEST(!link->send(pattern(1'000)));
  BOOST_REQUIRE(wait_messages(*net.near, 1));
  BOOST_TEST(!link->send(pattern(1'001)));
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_REQUIRE(wait_closed(*net.far));
  BOOST_TEST((net.far->get().why == net_errc::message_too_large));
  BOOST_TEST((net.near->get().why == net_errc::message_too_large));
}

BOOST_AUTO_TEST_CASE(a_side_that_grants_no_reads_holds_the_sender_back) {
  fixture net{false};
  net.where.path = "/hold";
  // More than what the kernel's buffers on the way can still take once the queue is full.
  net.options.limits.send_queue = 32 * 1024 * 1024;
  net.options.limits.low_water = 100'000;
  auto link = net.dial();
  BOOST_REQUIRE(wait_open(*net.near));
  BOOST_REQUIRE(wait_open(*net.far));
  std::size_t sent = 0;
  std::error_code refused;
  while (!refused && sent < 10'000) {
    refused = link->send(pattern(60'000));
    sent += refused ? 0 : 1;
  }
  BOOST_TEST((refused == net_errc::queue_full));
  // While it was being filled the queue may have run empty, as the kernel took what it could.
  auto drained = net.near->get().drained;
  BOOST_TEST(link->queued_bytes() >= net.options.limits.send_queue / 2);
  net.held->grant_reads(2);
  BOOST_REQUIRE(wait_messages(*net.far, 2));
  BOOST_TEST(net.far->get().messages.size() == 2u);
  BOOST_TEST(net.near->get().drained == drained);
  net.held->grant_reads(plenty);
  BOOST_REQUIRE(wait_messages(*net.far, sent));
  BOOST_TEST(net.near->wait([&](const history& all) { return all.drained == drained + 1; }));
  BOOST_TEST(!link->send(pattern(1)));
  BOOST_TEST(wait_messages(*net.far, sent + 1));
}

BOOST_AUTO_TEST_CASE(what_is_queued_is_sent_before_a_close) {
  fixture net{true};
  net.where.path = "/hold";
  auto link = net.dial();
  BOOST_REQUIRE(wait_open(*net.far));
  net.held->grant_reads(plenty);
  for (int i = 0; i < 30; ++i)
    BOOST_TEST(!link->send(pattern(50'000)));
  link->close();
  BOOST_REQUIRE(wait_closed(*net.far));
  BOOST_TEST(net.far->get().messages.size() == 30u);
  BOOST_TEST(!net.far->get().why);
  BOOST_REQUIRE(wait_closed(*net.near));
}

BOOST_AUTO_TEST_CASE(a_peer_that_answers_no_close_is_cut_off) {
  fixture net{false};
  net.where.path = "/hold"; // reads nothing, so never sees the close
  net.options.limits.close_timeout = std::chrono::milliseconds{50};
  auto link = net.dial();
  BOOST_REQUIRE(wait_open(*net.near));
  link->close();
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_TEST((net.near->get().why == net_errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_peer_that_answers_no_ping_is_taken_for_dead) {
  fixture net{false};
  net.where.path = "/hold"; // reads nothing, so answers no ping
  net.options.limits.ping_interval = std::chrono::milliseconds{20};
  auto link = net.dial();
  link->grant_reads(plenty);
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_TEST((net.near->get().why == net_errc::silent));
}

BOOST_AUTO_TEST_CASE(a_peer_that_only_answers_pings_keeps_its_link) {
  using namespace std::string_view_literals;
  fixture net{false, "127.0.0.1", {.ping_interval = std::chrono::milliseconds{200}}};
  test::raw_client raw{net.server->local()};
  raw.send(upgrade_request);
  BOOST_TEST(raw.read_until("\r\n\r\n").starts_with("HTTP/1.1 101"));
  // RFC 6455 5.5: an empty ping, and a masked empty pong for each. One more than may stay unanswered.
  for (int pings = 0; pings < 4; ++pings) {
    BOOST_REQUIRE(raw.read_until("\x89\x00"sv) == "\x89\x00"sv);
    raw.send("\x8a\x80mask");
  }
  BOOST_TEST(!net.far->get().closed);
}

BOOST_DATA_TEST_CASE(a_server_that_takes_the_connection_and_never_answers_times_out, plain_and_tls, secure) {
  fixture net{secure};
  test::silent_listener silent;
  net.where.port = silent.local().port;
  net.options.limits.handshake_timeout = std::chrono::milliseconds{50};
  auto link = net.dial();
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_TEST((net.near->get().why == net_errc::timed_out));
  BOOST_TEST(!net.near->get().open);
}

BOOST_DATA_TEST_CASE(a_dial_that_is_given_up_does_not_keep_the_threads, plain_and_tls, secure) {
  fixture net{secure};
  test::silent_listener silent;
  net.where.port = silent.local().port;
  net.options.limits.handshake_timeout = std::chrono::seconds{40}; // longer than a test waits
  auto link = net.dial();
  silent.await_request();
  link->close();
  BOOST_REQUIRE(wait_closed(*net.near));
  BOOST_TEST(!net.near->get().why);
  BOOST_TEST(stops(net.io));
}

BOOST_AUTO_TEST_CASE(stopping_the_threads_ends_every_link) {
  auto net = std::make_unique<fixture>(true);
  auto link = net->dial();
  BOOST_REQUIRE(wait_open(*net->near));
  BOOST_REQUIRE(wait_open(*net->far));
  net->io.stop();
  BOOST_TEST((net->near->get().why == net_errc::stopped));
  BOOST_TEST((net->far->get().why == net_errc::stopped));
  net->near = std::make_shared<watched_history>();
  auto late = net->dial();
  BOOST_TEST((late->send(pattern(1)) == net_errc::closed));
  BOOST_TEST((net->near->get().why == net_errc::stopped));
  late->grant_reads(1);
  late->close();
  net.reset();
  link->grant_reads(1);
  link->abort();
}

BOOST_AUTO_TEST_CASE(a_link_that_its_server_closes_before_it_is_open_still_says_why) {
  io_threads io;
  server_config config;
  config.listen = {*ip_address::parse("127.0.0.1"), 0};
  server_handlers handlers;
  handlers.on_upgrade = [](const http_request&, const std::shared_ptr<websocket_link>& link) {
    link->send(to_bytes("sorry"));
    link->close(close_code::policy, "full");
    return std::optional{websocket_handlers{}};
  };
  auto server = websocket_server::listen(io, config, std::move(handlers));
  BOOST_REQUIRE(server);
  auto seen = std::make_shared<watched_history>();
  url where;
  where.scheme = url_scheme::ws;
  where.host = "127.0.0.1";
  where.port = (*server)->local().port;
  where.path = "/";
  auto link = websocket_connect(io, where, {}, record(seen));
  link->grant_reads(plenty);
  BOOST_REQUIRE(wait_closed(*seen));
  BOOST_REQUIRE(seen->get().messages.size() == 1u);
  BOOST_TEST((seen->get().messages[0].first == to_bytes("sorry")));
  BOOST_TEST(seen->get().reason == "full");
}

BOOST_AUTO_TEST_SUITE_END()
