// A few connections over real sockets, TLS and threads; everything else is tested in virtual time.

#include "actors/relay_link.hpp"
#include "actors/relay_names.hpp"
#include "actors/relay_server.hpp"
#include "tests/unit/net/test_certificates.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/net/url.hpp"
#include "transports/net/websocket_client.hpp"

#include <boost/test/unit_test.hpp>

namespace warren::test {

namespace {

// Only ends a test that has failed.
constexpr auto bound = std::chrono::seconds{30};

struct real_config : caf::actor_system_config {
  real_config() {
    add_message_types<caf::id_block::warren>();
    set("scheduler.max-threads", 2);
  }
};

struct real_relay {
  real_config config;
  caf::actor_system sys{config};
  test_certificates certificates;
  std::shared_ptr<net::io_threads> io = std::make_shared<net::io_threads>();
  crypto::system_random random;
  running_relay relay = start();

  ~real_relay() { caf::anon_send_exit(relay.actor, caf::exit_reason::user_shutdown); }

  running_relay start() {
    auto settings = relay_server_config{};
    settings.bind = *endpoint::parse("127.0.0.1:0");
    settings.tls_certificate_file = certificates.certificate_file();
    settings.tls_key_file = certificates.key_file();
    auto running = spawn_relay_server(sys, settings);
    BOOST_REQUIRE_MESSAGE(running, (running ? "" : describe(running.error())));
    BOOST_TEST(running->secure);
    return *running;
  }
};

/// A supervisor and owner in the shape of a test: takes its messages one by one.
struct real_peer {
  explicit real_peer(real_relay& world, const std::string& ca_file, caf::actor_system& sys) : self{sys} {
    auto settings = relay_link_config{};
    auto who = std::make_shared<crypto::identity>(crypto::identity::generate(world.random));
    id = who->id();
    settings.url = "wss://" + to_string(world.relay.bound);
    settings.identity = std::move(who);
    settings.ca_file = ca_file;
    settings.io = world.io;
    auto spawned = spawn_relay_link(sys, std::move(settings), caf::actor{self.ptr()});
    BOOST_REQUIRE(spawned);
    link = *spawned;
  }

  explicit real_peer(real_relay& world) : real_peer{world, world.certificates.ca_file(), world.sys} {
    // nop
  }

  ~real_peer() { caf::anon_send_exit(link, caf::exit_reason::user_shutdown); }

  /// Returns the next message of that type; others wait.
  template <class Message>
  Message next() {
    auto result = Message{};
    auto late = false;
    self->receive(
        [&](const Message& message) { result = message; }, caf::after(bound) >> [&] { late = true; });
    BOOST_REQUIRE_MESSAGE(!late, "no message within " << bound.count() << " s");
    return result;
  }

  void await_state(const std::string& wanted) {
    while (next<relay_state_changed>().state != wanted) {
    }
  }

  caf::scoped_actor self;
  caf::actor link;
  peer_id id;
};

const auto here = topic::of("relay-tls");

} // namespace

BOOST_FIXTURE_TEST_SUITE(relay_tls_tests, real_relay)

BOOST_AUTO_TEST_CASE(two_peers_exchange_octets_through_a_relay_on_real_sockets_and_hear_of_its_death) {
  auto a = real_peer{*this};
  auto b = real_peer{*this};
  act::anon_mail(relay_join{here}).send(a.link);
  act::anon_mail(relay_join{here}).send(b.link);
  BOOST_TEST((a.next<relay_presence>().peer == b.id));
  act::anon_mail(open_circuit{b.id, caf::actor{a.self.ptr()}}).send(a.link);
  auto offer = b.next<circuit_offered>();
  BOOST_TEST((offer.peer == a.id));
  act::anon_mail(accept_circuit{offer.circuit, caf::actor{b.self.ptr()}}).send(b.link);
  auto opened = a.next<circuit_opened>();

  constexpr auto total = std::size_t{8'000'000};
  auto credit = opened.octets;
  auto sent = std::size_t{0};
  auto received = std::size_t{0};
  auto mixed_up = std::size_t{0};
  while (received < total) {
    if (received == sent && credit == 0)
      credit = a.next<circuit_credit>().octets;
    while (credit > 0 && sent < total) {
      auto part = bytes(std::min<std::size_t>({credit, total - sent, 60'000}));
      for (auto& octet : part)
        octet = static_cast<std::byte>(sent++ * 31 >> 3);
      credit -= part.size();
      act::mail(a.self, circuit_data{opened.circuit, chunk{std::move(part)}}).send(a.link);
    }
    a.self->receive(
        [&](const circuit_credit& more) { credit += more.octets; },
        caf::after(std::chrono::seconds{0}) >> [] {});
    auto data = b.next<circuit_data>();
    for (auto octet : data.data.view())
      mixed_up += octet != static_cast<std::byte>(received++ * 31 >> 3);
  }
  BOOST_TEST(received == total);
  BOOST_TEST(mixed_up == 0);

  caf::anon_send_exit(relay.actor, caf::exit_reason::kill);
  BOOST_TEST(a.next<circuit_closed>().circuit == opened.circuit);
  BOOST_TEST(b.next<circuit_closed>().circuit == offer.circuit);
  a.await_state("backoff");
}

BOOST_AUTO_TEST_CASE(a_relay_whose_certificate_is_not_trusted_is_not_used) {
  auto peer = real_peer{*this, {}, sys}; // the system's authorities do not know our test's
  BOOST_TEST(peer.next<relay_state_changed>().state == "connecting");
  auto failed = peer.next<relay_state_changed>();
  BOOST_TEST(failed.state == "backoff");
  BOOST_TEST(failed.reason.find("certificate") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_certificate_tells_a_relay_its_names) {
  auto settings = relay_server_config{};
  settings.bind = *endpoint::parse("0.0.0.0:8443");
  settings.tls_certificate_file = certificates.certificate_file();
  auto names = relay_names(settings);
  BOOST_REQUIRE(names);
  BOOST_TEST((
      with_port(*names, 8443) == std::vector<std::string>{"127.0.0.1:8443", "[::1]:8443", "localhost:8443"}));
  BOOST_TEST((relay.hosts.front() == to_string(relay.bound)));
}

BOOST_AUTO_TEST_CASE(a_challenge_passed_on_by_another_relay_logs_nobody_in) {
  // The guest dials the other relay, which answers with the challenge of ours and passes on what the guest signs.
  auto other = start();
  auto settings = relay_link_config{};
  settings.url = "wss://" + to_string(other.bound);
  settings.identity = std::make_shared<crypto::identity>(crypto::identity::generate(random));
  settings.dial = [&](net::websocket_handlers handlers) {
    auto options = net::connect_options{};
    options.tls.ca_file = certificates.ca_file();
    auto ours = net::url::parse("wss://" + to_string(relay.bound));
    return net::websocket_connect(*io, *ours, options, std::move(handlers));
  };
  auto supervisor = caf::scoped_actor{sys};
  auto victim = spawn_relay_link(sys, std::move(settings), caf::actor{supervisor.ptr()});
  BOOST_REQUIRE(victim);
  auto ended = relay_state_changed{};
  while (ended.state != "backoff")
    supervisor->receive(
        [&](const relay_state_changed& change) { ended = change; },
        caf::after(bound) >> [&] { BOOST_FAIL("the relay said nothing"); });
  BOOST_TEST(ended.reason.find("another host name") != std::string::npos, ended.reason);
  auto counters = counter_map{};
  supervisor->request(relay.actor, bound, get_status{})
      .receive(
          [&](const relay_server_status& status) { counters = status.counters; },
          [](const caf::error& why) { BOOST_ERROR(describe(why)); });
  BOOST_TEST(counters["relay_server.bad_hosts"] == 1u);
  BOOST_TEST(counters["relay_server.authenticated"] == 0u);
  caf::anon_send_exit(*victim, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(other.actor, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(an_orderly_shutdown_frees_the_port) {
  auto peer = real_peer{*this};
  peer.await_state("connected");
  act::anon_mail(shut_down{}).send(relay.actor);
  peer.await_state("backoff");
  auto settings = relay_server_config{};
  settings.bind = relay.bound;
  settings.tls_certificate_file = certificates.certificate_file();
  settings.tls_key_file = certificates.key_file();
  auto again = spawn_relay_server(sys, settings);
  BOOST_REQUIRE_MESSAGE(again, (again ? "" : describe(again.error())));
  peer.await_state("connected");
  caf::anon_send_exit(again->actor, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(a_missing_certificate_file_is_a_configuration_error) {
  auto settings = relay_server_config{};
  settings.bind = *endpoint::parse("127.0.0.1:0");
  settings.tls_certificate_file = "/nonexistent/cert.pem";
  settings.tls_key_file = certificates.key_file();
  auto refused = spawn_relay_server(sys, settings);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(is(refused.error(), errc::bad_config));
  settings.tls_certificate_file = certificates.certificate_file();
  settings.bind = relay.bound;
  BOOST_TEST(is(spawn_relay_server(sys, settings).error(), errc::network_failed));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace warren::test
