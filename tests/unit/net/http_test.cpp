#include "transports/net/errc.hpp"
#include "transports/net/websocket_server.hpp"

#include "tests/unit/net/raw_client.hpp"
#include "tests/unit/net/waiting.hpp"

#include <thread>

using namespace warren;
using namespace warren::net;

namespace {

using asked = std::pair<http_request, std::shared_ptr<http_responder>>;

struct fixture {
  explicit fixture(server_config config = {}) {
    config.listen = {*ip_address::parse("127.0.0.1"), 0};
    server_handlers handlers;
    handlers.on_request = [this](http_request request, std::shared_ptr<http_responder> responder) {
      requests.change(
          [&](std::vector<asked>& all) { all.emplace_back(std::move(request), std::move(responder)); });
    };
    handlers.stream_body = [](const http_request& request) { return request.path == "/import"; };
    auto listening = websocket_server::listen(io, config, handlers);
    BOOST_REQUIRE(listening);
    server = *listening;
  }

  ~fixture() {
    requests.change([](std::vector<asked>& all) { all.clear(); });
  }

  /// Takes the next request.
  asked next() {
    BOOST_REQUIRE(requests.wait([](const std::vector<asked>& all) { return !all.empty(); }));
    asked first;
    requests.change([&](std::vector<asked>& all) {
      first = std::move(all.front());
      all.erase(all.begin());
    });
    return first;
  }

  test::watched<std::vector<asked>> requests;
  std::shared_ptr<websocket_server> server;
  io_threads io;
};

struct body_part {
  bool done = false;
  std::error_code why;
  bytes part;
};

body_part read_part(http_responder& from) {
  auto got = std::make_shared<test::watched<body_part>>();
  from.read_body([got](std::error_code why, bytes part) {
    got->change([&](body_part& all) { all = {true, why, std::move(part)}; });
  });
  BOOST_REQUIRE(got->wait([](const body_part& all) { return all.done; }));
  return got->get();
}

std::error_code write_part(http_responder& to, std::string_view text) {
  auto got = std::make_shared<test::watched<std::optional<std::error_code>>>();
  to.write(to_bytes(text), [got](std::error_code why) { got->change([&](auto& all) { all = why; }); });
  BOOST_REQUIRE(got->wait([](const auto& all) { return all.has_value(); }));
  return *got->get();
}

} // namespace

BOOST_AUTO_TEST_SUITE(http)

BOOST_AUTO_TEST_CASE(a_request_is_told_and_answered_from_another_thread) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send(
      "PUT /v1/nodes/a%20b?x=1&y HTTP/1.1\r\nHost: h\r\nX-Thing: 7\r\nContent-Length: 5\r\n\r\nhello");
  auto [request, responder] = net.next();
  BOOST_TEST(request.method == "PUT");
  BOOST_TEST(request.path == "/v1/nodes/a%20b");
  BOOST_TEST(request.query == "x=1&y");
  BOOST_TEST(request.body == "hello");
  BOOST_TEST(request.field("x-thing").value_or("") == "7");
  BOOST_TEST(!request.field("missing"));
  std::thread{[&responder = responder] {
    responder->respond({201, "application/json", "{\"ok\":true}", {{"X-Extra", "1"}}});
  }}.join();
  auto head = client.read_until("\r\n\r\n");
  BOOST_TEST(head.starts_with("HTTP/1.1 201"));
  BOOST_TEST(head.find("X-Extra: 1") != std::string::npos);
  BOOST_TEST(client.read_until("}") == "{\"ok\":true}");
}

BOOST_AUTO_TEST_CASE(requests_follow_each_other_on_one_connection) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nDELETE /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  for (auto path : {"/1", "/2"}) {
    auto [request, responder] = net.next();
    BOOST_TEST(request.path == path);
    responder->respond({200, "text/plain", std::string{path} + ";", {}});
    BOOST_TEST(client.read_until(";").ends_with(std::string{path} + ";"));
  }
  BOOST_TEST(net.server->counters().accepted == 1u);
  BOOST_TEST(net.server->counters().requests == 2u);
}

BOOST_AUTO_TEST_CASE(a_responder_dropped_without_an_answer_means_500) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  net.next();
  BOOST_TEST(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 500"));
}

BOOST_AUTO_TEST_CASE(head_is_answered_without_a_body) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  net.next().second->respond({200, "text/plain", "12345", {}});
  auto all = client.read_all();
  BOOST_TEST(all.find("Content-Length: 5") != std::string::npos);
  BOOST_TEST(all.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_streamed_answer_to_head_is_its_head_and_the_connection_goes_on) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send("HEAD /v1/export HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  auto responder = net.next().second;
  responder->start({200, "application/x-ndjson", {}, {}});
  BOOST_TEST(!write_part(*responder, "one\n"));
  responder->finish();
  BOOST_TEST(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  net.next().second->respond({204, {}, {}, {}});
  BOOST_TEST(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 204"));
}

BOOST_AUTO_TEST_CASE(a_body_above_the_limit_is_refused_before_or_while_it_is_read) {
  fixture net{{.largest_body = 1'000}};
  test::raw_client known{net.server->local()};
  known.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
  auto refusal = known.read_all();
  BOOST_TEST(refusal.starts_with("HTTP/1.1 413"));
  BOOST_TEST(refusal.find("\r\n\r\n{\"error\":\"too_large\"") != std::string::npos);
  test::raw_client chunked{net.server->local()};
  chunked.send(
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1'001, 'x'));
  BOOST_TEST(chunked.read_all().starts_with("HTTP/1.1 413"));
  BOOST_TEST(net.server->counters().oversized_bodies == 2u);
  BOOST_TEST(net.server->counters().requests == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_cut_off_and_counted) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe\r\n\r\n");
  BOOST_TEST(client.read_all().empty());
  BOOST_TEST(net.server->counters().bad_requests == 1u);
}

BOOST_AUTO_TEST_CASE(a_head_that_is_malformed_ambiguous_or_too_long_is_told_so_in_json) {
  fixture net;
  const std::pair<std::string, std::string> cases[] = {
      {"Host: h\r\nX: " + std::string(20'000, 'x'), "431"},
      {"Host: h\r\nContent-Length: abc\r\n\r\n", "400"},
      {"Host: h\r\nContent-Length: -1\r\n\r\n", "400"},
      {"Host: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
      {"Host: h\r\nno colon\r\n\r\n", "400"},
      {"\r\n", "400"},
      {"Host: h\r\nHost: other\r\n\r\n", "400"},
      {"Host: h\r\nOrigin: http://h\r\nOrigin: http://other\r\n\r\n", "400"},
      {"Host: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "400"},
  };
  for (const auto& [rest, status] : cases) {
    test::raw_client client{net.server->local()};
    client.send("PUT / HTTP/1.1\r\n" + rest);
    auto all = client.read_all();
    BOOST_TEST(all.starts_with("HTTP/1.1 " + status), all);
    BOOST_TEST(all.find("Content-Type: application/json") != std::string::npos);
    BOOST_TEST(all.find("\r\n\r\n{\"error\":\"") != std::string::npos);
  }
  BOOST_TEST(net.server->counters().bad_requests == std::size(cases));
  BOOST_TEST(net.server->counters().requests == 0u);
}

BOOST_AUTO_TEST_CASE(a_request_of_http_1_0_needs_no_host) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send("GET / HTTP/1.0\r\n\r\n");
  net.next().second->respond({200, "text/plain", "old", {}});
  BOOST_TEST(client.read_all().ends_with("old"));
}

BOOST_AUTO_TEST_CASE(a_streamed_body_comes_in_parts_and_waits_to_be_asked_for) {
  fixture net;
  test::raw_client client{net.server->local()};
  constexpr std::size_t size = 32 * 1024 * 1024;
  client.send("POST /import HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
  auto [request, responder] = net.next();
  BOOST_TEST(request.body.empty());
  // Nobody asks: the client is held back after what the kernel takes.
  const std::string block(256 * 1024, 'b');
  std::size_t sent = 0;
  std::thread sender{[&] {
    for (; sent < size; sent += block.size())
      client.send(block);
  }};
  std::size_t got = 0;
  while (true) {
    auto part = read_part(*responder);
    BOOST_REQUIRE(!part.why);
    BOOST_TEST(part.part.size() <= 64u * 1024u);
    if (part.part.empty())
      break;
    got += part.part.size();
  }
  sender.join();
  BOOST_TEST(got == size);
  responder->respond({200, "text/plain", "stored", {}});
  BOOST_TEST(client.read_until("stored").starts_with("HTTP/1.1 200"));
  // The connection is still good.
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  net.next().second->respond({200, "text/plain", "more", {}});
  BOOST_TEST(client.read_until("more").starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(a_chunked_streamed_body_and_100_continue_work) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send(
      "POST /import HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
  BOOST_TEST(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  auto [request, responder] = net.next();
  client.send("3\r\nabc\r\n");
  std::string all;
  for (auto part = read_part(*responder); all.size() < 3; part = read_part(*responder)) {
    all += as_text(part.part);
    if (all.size() == 3)
      break;
  }
  client.send("2\r\nde\r\n0\r\n\r\n");
  for (auto part = read_part(*responder); !part.part.empty(); part = read_part(*responder))
    all += as_text(part.part);
  BOOST_TEST(all == "abcde");
  responder->respond({204, {}, {}, {}});
  BOOST_TEST(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 204"));
}

BOOST_AUTO_TEST_CASE(a_streamed_body_above_its_limit_fails) {
  fixture net{{.largest_streamed_body = 10'000}};
  test::raw_client known{net.server->local()};
  known.send("POST /import HTTP/1.1\r\nHost: h\r\nContent-Length: 10001\r\n\r\n");
  BOOST_TEST(known.read_all().starts_with("HTTP/1.1 413"));
  test::raw_client client{net.server->local()};
  client.send(
      "POST /import HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4e20\r\n"
      + std::string(20'000, 'x'));
  auto responder = net.next().second;
  body_part part;
  for (int i = 0; i < 100 && !part.why && (i == 0 || !part.part.empty()); ++i)
    part = read_part(*responder);
  BOOST_TEST((part.why == net_errc::message_too_large));
  responder->respond({413, "text/plain", "too much", {}});
  BOOST_TEST(client.read_all().starts_with("HTTP/1.1 413"));
}

BOOST_AUTO_TEST_CASE(a_response_can_be_streamed) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send("GET /v1/export HTTP/1.1\r\nHost: h\r\n\r\n");
  auto [request, responder] = net.next();
  responder->start({200, "application/x-ndjson", {}, {}});
  BOOST_TEST(!write_part(*responder, "one\n"));
  BOOST_TEST(!write_part(*responder, ""));
  BOOST_TEST(!write_part(*responder, "two\n"));
  responder->finish();
  auto head = client.read_until("\r\n\r\n");
  BOOST_TEST(head.find("Transfer-Encoding: chunked") != std::string::npos);
  BOOST_TEST(client.read_until("0\r\n\r\n") == "4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n");
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  net.next().second->respond({200, "text/plain", "more", {}});
  BOOST_TEST(client.read_until("more").starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(a_streamed_response_that_is_abandoned_is_cut_and_not_ended) {
  fixture net;
  test::raw_client client{net.server->local()};
  client.send("GET /v1/export HTTP/1.1\r\nHost: h\r\n\r\n");
  auto [request, responder] = net.next();
  responder->start({200, "application/x-ndjson", {}, {}});
  BOOST_TEST(!write_part(*responder, "one\n"));
  responder.reset();
  BOOST_TEST(!client.read_all().ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_is_told_to_the_writer) {
  fixture net;
  auto client = std::make_unique<test::raw_client>(net.server->local());
  client->send("GET /v1/export HTTP/1.1\r\nHost: h\r\n\r\n");
  auto [request, responder] = net.next();
  responder->start({200, "application/x-ndjson", {}, {}});
  BOOST_TEST(!write_part(*responder, "one\n"));
  client.reset();
  std::error_code why;
  const std::string block(64 * 1024, 'x');
  for (int i = 0; i < 1'000 && !why; ++i)
    why = write_part(*responder, block);
  BOOST_TEST(static_cast<bool>(why));
  BOOST_TEST((write_part(*responder, block) == net_errc::closed));
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed) {
  fixture net{{.idle_timeout = std::chrono::milliseconds{20}}};
  test::raw_client client{net.server->local()};
  client.send("GET / HTTP/1.1\r\nHost:");
  BOOST_TEST(client.read_all().empty());
  BOOST_TEST(net.server->counters().timeouts == 1u);
}

BOOST_AUTO_TEST_CASE(a_reader_that_pauses_keeps_its_transfer_unless_too_many_do) {
  fixture net{{.idle_timeout = std::chrono::milliseconds{300}, .paused_transfers = 1}};
  const std::string much(12 * 1024 * 1024, 'x'); // more than any buffer of the kernel takes
  test::raw_client patient{net.server->local()};
  patient.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  auto first = net.next().second;
  auto ended = std::make_shared<test::watched<std::optional<std::error_code>>>();
  first->start({});
  first->write(
      to_bytes(much), [ended](std::error_code why) { ended->change([&](auto& all) { all = why; }); });
  // The second began later and has the shorter deadline: when it is cut, the first would have been.
  test::raw_client second{net.server->local()};
  second.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  auto cut = net.next().second;
  cut->start({});
  BOOST_TEST(static_cast<bool>(write_part(*cut, much)));
  BOOST_TEST(!ended->get().has_value());
  first->finish();
  BOOST_TEST(patient.read_until("\r\n0\r\n\r\n").size() > much.size());
  BOOST_TEST(!ended->get().value());
}

BOOST_AUTO_TEST_CASE(a_sender_that_pauses_keeps_its_transfer_unless_too_many_do) {
  fixture net{{.idle_timeout = std::chrono::milliseconds{300}, .paused_transfers = 1}};
  constexpr auto head = "POST /import HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
  test::raw_client patient{net.server->local()};
  patient.send(head);
  auto first = net.next().second;
  auto got = std::make_shared<test::watched<body_part>>();
  first->read_body([got](std::error_code why, bytes part) {
    got->change([&](body_part& all) { all = {true, why, std::move(part)}; });
  });
  test::raw_client second{net.server->local()};
  second.send(head);
  BOOST_TEST(static_cast<bool>(read_part(*net.next().second).why));
  BOOST_TEST(!got->get().done);
  patient.send("hello");
  BOOST_REQUIRE(got->wait([](const body_part& all) { return all.done; }));
  BOOST_TEST((got->get().part == to_bytes("hello")));
  first->respond({});
}

BOOST_AUTO_TEST_CASE(answers_after_the_server_stopped_are_without_effect) {
  std::shared_ptr<http_responder> responder;
  {
    fixture net;
    test::raw_client client{net.server->local()};
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    responder = net.next().second;
    net.server->stop();
    BOOST_TEST(client.read_all().empty());
  }
  responder->respond({200, "text/plain", "late", {}});
}

BOOST_AUTO_TEST_SUITE_END()
