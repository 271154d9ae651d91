#include "actors/relay_names.hpp"
#include "tests/actors/relay/relay_world.hpp"

#include "transports/net/http.hpp"

namespace warren::test {

namespace {

/// Keeps the one answer.
class captured_response final : public net::http_responder {
public:
  void respond(net::http_response response) override { answer = std::move(response); }
  void read_body(std::function<void(std::error_code, bytes)>) override {}
  void start(net::http_response) override {}
  void write(bytes, std::function<void(std::error_code)>) override {}
  void finish() override {}

  std::optional<net::http_response> answer;
};

/// A guest that speaks for itself.
struct raw_guest {
  std::shared_ptr<net::websocket_link> link;
  std::shared_ptr<std::vector<bytes>> heard = std::make_shared<std::vector<bytes>>();
  std::shared_ptr<bool> closed = std::make_shared<bool>(false);

  explicit raw_guest(fake_wires& wires) {
    auto handlers = net::websocket_handlers{};
    handlers.on_open = [] {};
    handlers.on_message = [heard = heard](bytes message, net::message_kind) {
      heard->push_back(std::move(message));
    };
    handlers.on_drained = [] {};
    handlers.on_closed = [closed = closed](std::error_code, const std::string&) { *closed = true; };
    link = wires.dial(std::move(handlers));
    link->grant_reads(1'000);
  }

  /// Returns the code of the relay's last frame if that is an error.
  std::optional<relay::refusal> refusal() const {
    if (heard->empty())
      return std::nullopt;
    auto last = relay::decode(heard->back());
    if (!last || !std::holds_alternative<relay::error>(*last))
      return std::nullopt;
    return std::get<relay::error>(*last).code;
  }
};

std::string page(relay_world& world, const std::string& path) {
  auto responder = std::make_shared<captured_response>();
  act::anon_mail(page_asked{path, responder}).send(world.relay);
  world.settle();
  BOOST_REQUIRE(responder->answer.has_value());
  BOOST_TEST(responder->answer->status == 200);
  return responder->answer->body;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(relay_server_tests, relay_world)

BOOST_AUTO_TEST_CASE(a_guest_that_speaks_nonsense_is_told_and_closed) {
  auto guest = raw_guest{wires};
  settle();
  BOOST_TEST(guest.heard->size() == 1); // the challenge
  guest.link->send(to_bytes("nonsense"));
  settle();
  BOOST_TEST((guest.refusal() == relay::refusal::bad_frame));
  BOOST_TEST(*guest.closed);
  BOOST_TEST(relay_status().guests == 0);
}

BOOST_AUTO_TEST_CASE(a_text_message_is_no_frame) {
  auto guest = raw_guest{wires};
  settle();
  guest.link->send(to_bytes("{}"), net::message_kind::text);
  settle();
  BOOST_TEST((guest.refusal() == relay::refusal::bad_frame));
}

BOOST_AUTO_TEST_CASE(a_guest_that_never_authenticates_is_closed_after_the_timeout) {
  auto guest = raw_guest{wires};
  pass(9s);
  BOOST_TEST(!*guest.closed);
  pass(2s);
  BOOST_TEST((guest.refusal() == relay::refusal::handshake_timeout));
  BOOST_TEST(*guest.closed);
}

BOOST_AUTO_TEST_CASE(a_guest_whose_websocket_ends_is_forgotten) {
  auto [a, b] = add_pair(topic::of("x"));
  auto guest = raw_guest{wires};
  settle();
  BOOST_TEST(relay_status().guests == 3);
  guest.link->abort();
  settle();
  BOOST_TEST(relay_status().guests == 2);
}

BOOST_AUTO_TEST_CASE(health_and_metrics_tell_the_numbers) {
  auto [a, b] = add_pair(topic::of("x"));
  auto [x, y] = open(a, b);
  x.send(pattern(100'000));
  settle();
  BOOST_TEST(page(*this, "/healthz").find(R"("guests":2)") != std::string::npos);
  auto metrics = page(*this, "/metrics");
  BOOST_TEST(metrics.find("\nwarren_relay_guests 2\n") != std::string::npos);
  BOOST_TEST(metrics.find("\nwarren_relay_topics 1\n") != std::string::npos);
  BOOST_TEST(metrics.find("\nwarren_relay_authenticated_total 2\n") != std::string::npos);
  BOOST_TEST(metrics.find("\n# TYPE warren_relay_forwarded_octets_total counter\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(shutting_down_tells_the_guests_and_ends_when_they_are_closed) {
  auto guest = raw_guest{wires};
  auto peer = add_peer(1);
  settle();
  peer.states();
  wires.stall();
  act::anon_mail(shut_down{}).send(relay);
  run();
  BOOST_TEST(!*guest.closed);
  wires.resume();
  wires.listen({});
  settle();
  BOOST_TEST((guest.refusal() == relay::refusal::shutting_down));
  BOOST_TEST(*guest.closed);
  BOOST_TEST(peer.states().starts_with("backoff"));
}

BOOST_AUTO_TEST_CASE(a_killed_relay_closes_its_guests) {
  auto guest = raw_guest{wires};
  settle();
  stop_relay();
  BOOST_TEST(*guest.closed);
}

BOOST_AUTO_TEST_CASE(a_full_relay_refuses_further_guests) {
  stop_relay();
  server_config.guests = 1;
  start_relay();
  auto first = add_peer(1);
  settle();
  auto second = raw_guest{wires};
  settle();
  BOOST_TEST((second.refusal() == relay::refusal::full));
  BOOST_TEST(*second.closed);
  BOOST_TEST(first.states() == "connecting connected");
}

BOOST_AUTO_TEST_CASE(guests_that_come_before_the_relay_knows_its_port_wait_for_it) {
  stop_relay();
  server_hosts.clear();
  start_relay();
  auto guest = add_peer(1);
  auto gone = raw_guest{wires};
  settle();
  gone.link->abort();
  settle();
  BOOST_TEST(guest.states() == "connecting");
  act::anon_mail(relay_listening{nullptr, nullptr, {"relay.test:443"}}).send(relay);
  settle();
  BOOST_TEST(guest.states() == "connected");
  BOOST_TEST(relay_status().guests == 1u);
}

BOOST_AUTO_TEST_CASE(plain_websockets_are_not_served_to_the_world_by_accident) {
  auto config = relay_server_config{};
  config.bind = *endpoint::parse("0.0.0.0:0");
  BOOST_TEST(is(spawn_relay_server(sys, config).error(), errc::bad_config));
  config.bind = *endpoint::parse("127.0.0.1:0");
  config.tls_certificate_file = "/nonexistent";
  BOOST_TEST(is(spawn_relay_server(sys, config).error(), errc::bad_config)); // a certificate without a key
}

BOOST_AUTO_TEST_CASE(a_relay_on_a_public_address_must_know_its_name) {
  auto config = relay_server_config{};
  config.bind = *endpoint::parse("0.0.0.0:443");
  config.insecure = true;
  auto refused = spawn_relay_server(sys, config);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(is(refused.error(), errc::bad_config));
  BOOST_TEST(describe(refused.error()).find("--host") != std::string::npos, describe(refused.error()));
  for (auto host :
       {"relay.example.org", "relay.example.org:443/x", "wss://relay.example.org:443", ":443", "a b:1"}) {
    config.machine.hosts = {host};
    BOOST_TEST(is(relay_names(config).error(), errc::bad_config), host);
  }
  config.machine.hosts = {"Relay.Example.org:443", "[2001:DB8::1]:443"};
  BOOST_TEST(
      (*relay_names(config) == std::vector<std::string>{"relay.example.org:443", "[2001:db8::1]:443"}));
}

BOOST_AUTO_TEST_CASE(a_relay_on_loopback_is_known_by_its_address_and_as_localhost) {
  auto config = relay_server_config{};
  config.bind = *endpoint::parse("127.0.0.1:0");
  BOOST_TEST(
      (with_port(*relay_names(config), 80) == std::vector<std::string>{"127.0.0.1:80", "localhost:80"}));
  config.bind = *endpoint::parse("[::1]:0");
  BOOST_TEST((with_port(*relay_names(config), 80) == std::vector<std::string>{"[::1]:80", "localhost:80"}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace warren::test
