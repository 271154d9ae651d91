#pragma once

#include "transports/relay/server.hpp"

#include "tests/support/seeded_random.hpp"
#include "tests/unit/relay/names.hpp"

#include <map>

namespace warren::test {

/// A relay server whose WebSockets are lists of what was sent. Time is a number that tests move.
struct server_fixture {
  explicit server_fixture(relay::server_config config = {})
      : server{with_verify(std::move(config)), random} {}

  static relay::server_config with_verify(relay::server_config config) {
    config.verify = verify_as;
    if (config.hosts.empty())
      config.hosts = {"relay:1"};
    return config;
  }

  static ip_address address(int host) { return *ip_address::parse("10.0.0." + std::to_string(host)); }

  /// Polls all there is; WebSockets of `stuck` guests keep what they get, the others drain at once.
  void poll() {
    for (bool more = true; more;) {
      more = false;
      while (auto sent = server.poll_transmit()) {
        more = true;
        queued[sent->to] += sent->frame.size();
        frames[sent->to].push_back(std::move(sent->frame));
        if (!stuck.contains(sent->to))
          queued[sent->to] = 0;
        server.drained(now, sent->to, queued[sent->to]);
      }
      while (auto event = server.poll_event()) {
        more = true;
        if (auto grant = std::get_if<relay::server_event::grant_reads>(&*event))
          granted[grant->guest] += grant->n;
        else if (auto closed = std::get_if<relay::server_event::close_guest>(&*event))
          refused[closed->guest] = closed->reason;
        events.push_back(*event);
      }
    }
  }

  /// Connects without authenticating.
  void connect(int guest, int host = 1) {
    server.guest_connected(now, relay::guest_id(guest), address(host));
    poll();
  }

  /// Returns the auth frame that answers the challenge of `guest`.
  relay::auth answer(int guest, char name, std::string host = "relay:1") {
    auto asked = std::get<relay::challenge>(*relay::decode(frames[relay::guest_id(guest)].at(0)));
    relay::auth proof;
    proof.peer = peer_named(name);
    proof.host = std::move(host);
    proof.proof = sign_as(proof.peer, relay::auth_message(asked.random, proof.peer, proof.host));
    return proof;
  }

  /// Connects and authenticates `name`, and forgets the handshake.
  void admit(int guest, char name, int host = 1) {
    connect(guest, host);
    say(guest, answer(guest, name));
    frames[relay::guest_id(guest)].clear();
  }

  void say(int guest, const relay::frame& value) { say(guest, relay::encode(value)); }

  void say(int guest, bytes message) {
    server.handle_message(now, relay::guest_id(guest), std::move(message));
    poll();
  }

  void pass(duration time) {
    auto end = now + time;
    for (int steps = 0; server.poll_timeout() && *server.poll_timeout() <= end; ++steps) {
      BOOST_REQUIRE(steps < 10'000);
      now = std::max(now, *server.poll_timeout());
      server.handle_timeout(now);
      poll();
    }
    now = end;
    server.handle_timeout(now);
    poll();
  }

  /// Returns and forgets what `guest` was sent.
  std::vector<bytes> take(int guest) { return std::exchange(frames[relay::guest_id(guest)], {}); }

  /// Returns the only frame that `guest` was sent, and forgets it.
  template <class Frame>
  Frame only(int guest) {
    auto sent = take(guest);
    BOOST_REQUIRE(sent.size() == 1u);
    auto value = relay::decode(sent[0]);
    BOOST_REQUIRE(value);
    BOOST_REQUIRE(std::holds_alternative<Frame>(*value));
    return std::get<Frame>(*value);
  }

  bool is_refused(int guest, relay::refusal why) {
    auto found = refused.find(relay::guest_id(guest));
    return found != refused.end() && found->second == why;
  }

  time_point now{std::chrono::hours{1}};
  seeded_random random{7};
  relay::server server;
  std::map<relay::guest_id, std::vector<bytes>> frames;
  std::map<relay::guest_id, std::size_t> queued;
  std::map<relay::guest_id, std::size_t> granted;
  std::map<relay::guest_id, relay::refusal> refused;
  std::set<relay::guest_id> stuck;
  std::vector<relay::server_events> events;
};

} // namespace warren::test
