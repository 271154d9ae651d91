#pragma once

#include "transports/relay/client.hpp"

#include "tests/support/seeded_random.hpp"
#include "tests/unit/relay/names.hpp"

namespace warren::test {

/// A relay client, and by hand what its relay says. Events are kept as values to look at.
struct client_fixture {
  explicit client_fixture(relay::client_config config = {}) : client{complete(std::move(config)), random} {}

  static relay::client_config complete(relay::client_config config) {
    config.self = peer_named('a');
    config.host = "relay:1";
    config.sign = [](byte_view message) { return sign_as(peer_named('a'), message); };
    return config;
  }

  void poll() {
    for (bool more = true; more;) {
      more = false;
      while (auto frame = client.poll_transmit()) {
        more = true;
        sent.push_back(std::move(*frame));
        if (!stuck)
          client.drained(now, 0);
      }
      while (auto event = client.poll_event()) {
        more = true;
        events.push_back(std::move(*event));
      }
    }
  }

  void say(const relay::frame& value) { say(relay::encode(value)); }

  void say(bytes message) {
    client.handle_message(now, std::move(message));
    poll();
  }

  void pass(duration time) {
    auto end = now + time;
    for (int steps = 0; client.poll_timeout() && *client.poll_timeout() <= end; ++steps) {
      BOOST_REQUIRE(steps < 10'000);
      now = std::max(now, *client.poll_timeout());
      client.handle_timeout(now);
      poll();
    }
    now = end;
  }

  /// Brings the client online and forgets how.
  void go_online(
      relay::limits told = {.rate = 0, .queue = 1'000'000, .topics = 100, .heartbeat_ms = 15'000}) {
    client.start(now);
    poll();
    answer_dial(told);
    events.clear();
    sent.clear();
  }

  /// After a `dial`.
  void answer_dial(
      relay::limits told = {.rate = 0, .queue = 1'000'000, .topics = 100, .heartbeat_ms = 15'000}) {
    client.handle_connected(now);
    say(relay::challenge{});
    say(relay::welcome{told});
  }

  /// Joins `x` and lets peer `name` be there.
  void meet(char name) {
    BOOST_TEST(!client.join(now, x));
    say(relay::presence{blind(x), peer_named(name), true});
    sent.clear();
    events.clear();
  }

  /// Returns and forgets the only event, which must be of this kind.
  template <class Event>
  Event only() {
    auto all = std::exchange(events, {});
    BOOST_REQUIRE(all.size() == 1u);
    BOOST_REQUIRE(std::holds_alternative<Event>(all[0]));
    return std::get<Event>(std::move(all[0]));
  }

  template <class Event>
  std::size_t count() const {
    return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [](const auto& event) {
      return std::holds_alternative<Event>(event);
    }));
  }

  /// Returns and forgets the only frame sent, which must be of this kind.
  template <class Frame>
  Frame only_sent() {
    poll();
    last = std::exchange(sent, {});
    BOOST_REQUIRE(last.size() == 1u);
    return std::get<Frame>(*relay::decode(last[0]));
  }

  const topic x = topic::of("x");
  time_point now{std::chrono::hours{1}};
  seeded_random random{11};
  relay::client client;
  std::vector<bytes> sent;
  std::vector<bytes> last; ///< keeps what views of only_sent() point into
  std::vector<relay::client_events> events;
  bool stuck = false;
};

} // namespace warren::test
