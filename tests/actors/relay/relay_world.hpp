#pragma once

#include "actors/relay_guest.hpp"
#include "actors/relay_link.hpp"
#include "actors/relay_server.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_wires.hpp"
#include "tests/support/seeded_random.hpp"

namespace warren::test {

using namespace std::chrono_literals;

/// An owner of one circuit, as a noise_stream is: sends what it is given as far as its credit goes.
struct circuit_user {
  struct log {
    circuit_id circuit = 0;
    caf::actor link;
    std::uint64_t credit = 0;
    std::size_t opened = 0;
    std::vector<std::string> closed;
    bytes received;
    bytes to_send;
    bool slow = false; // keeps its answers back
    std::size_t unanswered = 0;
    std::vector<caf::response_promise> answers;
  };

  caf::actor handle;
  std::shared_ptr<log> state;

  log* operator->() const { return state.get(); }

  /// Has the circuit carry `octets`.
  void send(bytes octets) const { act::anon_mail(chunk{std::move(octets)}).send(handle); }

  /// Answers what was kept back.
  void answer() const { act::anon_mail(caf::flush_atom::value).send(handle); }
};

/// One peer at the relay: its relay_link and what its supervisor was told.
struct relay_peer {
  peer_id id;
  caf::actor link;
  actor_fixture::recorder<relay_state_changed, relay_presence, circuit_offered, relay_signal> told;

  /// Returns the states since the last call, "connecting connected".
  std::string states() const {
    auto text = std::string{};
    for (const auto& change : told.take<relay_state_changed>())
      text += (text.empty() ? "" : " ") + change.state;
    return text;
  }
};

/// A relay and its peers, joined by wires in memory.
class relay_world : public actor_fixture {
public:
  relay_world() { start_relay(); }

  ~relay_world() {
    after_each_step = nullptr;
    wires.resume();
    wires.listen({});
    kill_tracked();
    settle();
  }

  static crypto::identity identity(std::uint8_t number) {
    auto seed = std::array<std::byte, 32>{};
    seed.fill(std::byte{number});
    return crypto::identity::from_seed(crypto::secret<32>{seed});
  }

  void start_relay() {
    auto config = server_config;
    config.hosts = server_hosts;
    config.verify = [](const peer_id& key, byte_view message, const relay::signature& proof) {
      return crypto::verify(key, message, crypto::signature{proof});
    };
    relay = track(spawn_relay_server_actor(sys, config, random));
    wires.listen([this](const auto& link) {
      return spawn_relay_guest(sys, relay, ++guests, link->remote().address, link);
    });
  }

  void stop_relay() {
    wires.listen({});
    kill(relay);
    settle();
  }

  relay_peer add_peer(std::uint8_t number, std::string token = {}) {
    auto told = record<relay_state_changed, relay_presence, circuit_offered, relay_signal>();
    auto who = std::make_shared<crypto::identity>(identity(number));
    auto config = relay_link_config{};
    config.url = "ws://relay.test:443";
    config.identity = who;
    config.token = secret_bytes{token};
    config.random = random;
    config.dial = [this](net::websocket_handlers handlers) { return wires.dial(std::move(handlers)); };
    auto link = spawn_relay_link(sys, std::move(config), told.handle);
    BOOST_REQUIRE(link);
    return {who->id(), track(*link), told};
  }

  /// Adds two peers that know each other from `where`.
  std::pair<relay_peer, relay_peer> add_pair(const topic& where) {
    auto a = add_peer(1);
    auto b = add_peer(2);
    act::anon_mail(relay_join{where}).send(a.link);
    act::anon_mail(relay_join{where}).send(b.link);
    settle();
    return {a, b};
  }

  circuit_user add_user();

  /// Opens a circuit between the two and returns its owners; `settle` must have been called before.
  std::pair<circuit_user, circuit_user> open(const relay_peer& from, const relay_peer& to) {
    auto dialler = add_user();
    act::anon_mail(open_circuit{to.id, dialler.handle}).send(from.link);
    settle();
    auto offers = to.told.take<circuit_offered>();
    BOOST_REQUIRE(offers.size() == 1);
    BOOST_TEST((offers[0].peer == from.id));
    auto listener = add_user();
    act::anon_mail(accept_circuit{offers[0].circuit, listener.handle}).send(to.link);
    settle();
    BOOST_REQUIRE(dialler->opened == 1);
    BOOST_REQUIRE(listener->opened == 1);
    return {dialler, listener};
  }

  /// Runs until nothing moves.
  void settle() {
    run_with([this] { return wires.step(); });
  }

  /// Lets time pass.
  void pass(std::chrono::nanoseconds time) {
    advance_with(time, [this] { return wires.step(); });
  }

  relay_server_status relay_status() {
    auto answer = relay_server_status{};
    auto asker = [this, &answer](caf::event_based_actor* self) {
      act::mail(self, get_status{})
          .request(relay, caf::infinite)
          .then(
              [&answer](const relay_server_status& status) { answer = status; },
              [](const caf::error&) { BOOST_ERROR("the relay did not answer"); });
    };
    spawn_function(asker);
    settle();
    return answer;
  }

  std::vector<std::string> server_hosts{"relay.test:443"};
  relay::server_config server_config;
  std::shared_ptr<seeded_random> random = std::make_shared<seeded_random>(20'261);
  fake_wires wires;
  caf::actor relay;
  std::uint64_t guests = 0;
};

inline circuit_user relay_world::add_user() {
  auto state = std::make_shared<circuit_user::log>();
  auto behaviour = [state](caf::event_based_actor* self) -> caf::behavior {
    auto push = [state, self] {
      auto n = std::min<std::size_t>(state->credit, state->to_send.size());
      if (n == 0)
        return;
      state->credit -= n;
      auto rest = state->to_send.begin() + static_cast<std::ptrdiff_t>(n);
      auto now = bytes{state->to_send.begin(), rest};
      state->to_send.erase(state->to_send.begin(), rest);
      act::mail(self, circuit_data{state->circuit, chunk{std::move(now)}}).send(state->link);
    };
    return {
        [state, self, push](const circuit_opened& opened) {
          ++state->opened;
          state->circuit = opened.circuit;
          state->link = caf::actor_cast<caf::actor>(self->current_sender());
          state->credit += opened.octets;
          push();
        },
        [state, push](const circuit_credit& credit) {
          state->credit += credit.octets;
          push();
        },
        [state, self](const circuit_data& arrived) {
          auto view = arrived.data.view();
          state->received.insert(state->received.end(), view.begin(), view.end());
          auto answer = self->make_response_promise();
          if (state->slow) {
            state->unanswered += view.size();
            state->answers.push_back(answer);
          } else {
            answer.deliver(caf::unit);
          }
          return answer;
        },
        [state](caf::flush_atom) {
          state->slow = false;
          state->unanswered = 0;
          for (auto& each : std::exchange(state->answers, {}))
            each.deliver(caf::unit);
        },
        [state](const circuit_closed& closed) { state->closed.push_back(closed.reason); },
        [state, push](const chunk& more) {
          state->to_send.insert(state->to_send.end(), more.view().begin(), more.view().end());
          push();
        },
    };
  };
  return {track(spawn_function(behaviour)), state};
}

/// Returns `n` octets that differ enough to notice a gap or a swap.
inline bytes pattern(std::size_t n, std::uint32_t seed = 1) {
  auto result = bytes(n);
  for (auto& octet : result)
    octet = static_cast<std::byte>((seed = seed * 1'664'525 + 1'013'904'223) >> 24);
  return result;
}

} // namespace warren::test
