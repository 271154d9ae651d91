#include "actors/relay_link.hpp"

#include "actors/relay_counters.hpp"
#include "actors/relay_link_state.hpp"
#include "actors/relay_reason.hpp"
#include "messages/network.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/net/errc.hpp"
#include "transports/net/own_addresses.hpp"
#include "transports/net/url.hpp"
#include "transports/net/websocket_client.hpp"

#include <algorithm>

namespace warren {

namespace {

/// Messages of the relay that wait for the actor at most.
constexpr std::size_t read_window = 64;

} // namespace

relay_link_state::relay_link_state(
    caf::event_based_actor* actor, relay_link_config settings, caf::actor parent)
    : self{actor},
      config{std::move(settings)},
      supervisor{std::move(parent)},
      client{config.machine, *config.random} {
  self->monitor(supervisor);
  self->set_down_handler([this](caf::down_msg& down) { handle_down(down.source); });
}

// Runs however the actor ends, so that the owners always hear of it.
relay_link_state::~relay_link_state() {
  for (const auto& [id, circuit] : circuits.all())
    if (circuit.owner && !circuit.closing)
      act::mail(self, circuit_closed{id, "the relay link ended"}).send(circuit.owner);
  if (link)
    link->close(net::close_code::going_away);
}

void relay_link_state::handle(const relay_join& wanted) {
  if (auto why = client.join(now(), wanted.on))
    tell_state(state, "topic " + to_string(wanted.on) + " not joined: " + why.message());
}

void relay_link_state::handle(const relay_leave& wanted) {
  client.leave(now(), wanted.on);
}

void relay_link_state::handle(const relay_signal& outgoing) {
  // A datagram: what cannot be sent now is lost, as it may be anywhere on its way.
  static_cast<void>(client.signal(now(), outgoing.peer, outgoing.payload.view()));
}

void relay_link_state::handle_shut_down() {
  client.stop(now());
  drive();
  self->quit();
}

void relay_link_state::handle_down(const caf::actor_addr& source) {
  if (source == supervisor.address()) {
    handle_shut_down();
    return;
  }
  for (auto id : circuits.of(source))
    end_quietly(id);
  drive();
}

void relay_link_state::handle(const link_ready& ready) {
  if (!inbox || ready.link != link_number)
    return;
  auto content = inbox->take();
  if (content.opened) {
    own_address = net::source_towards(link->remote());
    client.handle_connected(now());
  }
  for (auto& message : content.messages)
    client.handle_message(now(), std::move(message));
  if (content.closed)
    handle_link_end(*content.closed);
  else
    link->grant_reads(content.messages.size());
}

/// Whether the address that the WebSocket began from is no longer this host's: TCP will learn of it by silence only.
bool relay_link_state::lost_own_address() const {
  auto mine = net::own_addresses();
  return link && own_address && !own_address->is_loopback()
         && std::ranges::find(mine, *own_address) == mine.end();
}

void relay_link_state::handle_link_end(const link_inbox::ending& ending) {
  link = nullptr;
  inbox = nullptr;
  link_reason = ending.reason;
  client.handle_disconnected(now(), ending.why ? ending.why : make_error_code(net::net_errc::closed));
}

void relay_link_state::on(const relay::client_event::dial&) {
  tell_state("connecting", {});
  link_reason.clear();
  inbox = std::make_shared<link_inbox>(++link_number);
  inbox->bind(caf::actor{self});
  link = config.dial(inbox->handlers());
  link->grant_reads(read_window);
}

void relay_link_state::on(const relay::client_event::hang_up&) {
  if (link)
    link->close();
  link = nullptr;
  inbox = nullptr;
}

void relay_link_state::on(const relay::client_event::online&) {
  tell_state("connected", {});
}

void relay_link_state::on(const relay::client_event::offline& ended) {
  auto reason = ended.refused ? describe_refusal(*ended.refused) : ended.why.message();
  if (const auto& detail = ended.text.empty() ? link_reason : ended.text; !detail.empty())
    reason += ": " + detail;
  tell_state("backoff", reason);
}

void relay_link_state::on(const relay::client_event::topics_waiting& told) {
  auto reason = std::string{};
  if (told.n > 0)
    reason = std::to_string(told.n) + " topics wait until others are left: the relay allows "
             + std::to_string(told.limit) + " at once";
  tell_state(state, reason);
}

void relay_link_state::on(const relay::client_event::peer_joined& peer) {
  act::mail(self, relay_presence{config.url, peer.where, peer.peer, true}).send(supervisor);
}

void relay_link_state::on(const relay::client_event::peer_left& peer) {
  act::mail(self, relay_presence{config.url, peer.where, peer.peer, false}).send(supervisor);
}

void relay_link_state::on(relay::client_event::signal_received& incoming) {
  auto payload = chunk{std::move(incoming.payload)};
  act::mail(self, relay_signal{config.url, incoming.peer, std::move(payload)}).send(supervisor);
}

void relay_link_state::tell_state(std::string current, const std::string& reason) {
  state = std::move(current);
  act::mail(self, relay_state_changed{config.url, state, reason}).send(supervisor);
}

bool relay_link_state::transmit() {
  if (!link)
    return false;
  auto any = false;
  client.drained(now(), link->queued_bytes());
  while (auto frame = client.poll_transmit()) {
    any = true;
    if (auto why = link->send(std::move(*frame))) {
      link->abort();
      handle_link_end({why, {}});
      return true;
    }
  }
  return any;
}

void relay_link_state::drive() {
  for (auto busy = true; busy;) {
    busy = transmit(); // first: what stands before a hang_up is still sent
    for (; auto event = client.poll_event(); busy = true)
      std::visit([this](auto& what) { on(what); }, *event);
  }
  timer.arm(self, client.poll_timeout());
}

caf::behavior relay_link_state::make_behavior() {
  auto step = [this](const auto& message) {
    handle(message);
    drive();
  };
  client.start(now());
  drive();
  return {
      [this](const deadline_reached&) {
        timer.fired(now());
        client.handle_timeout(now());
        drive();
      },
      [step](const link_ready& x) { step(x); },
      [step](const circuit_data& x) { step(x); },
      [step](const circuit_closed& x) { step(x); },
      [step](const open_circuit& x) { step(x); },
      [step](const accept_circuit& x) { step(x); },
      [step](const yield_circuit& x) { step(x); },
      [step](const relay_join& x) { step(x); },
      [step](const relay_leave& x) { step(x); },
      [step](const relay_signal& x) { step(x); },
      [this](const check_link&) {
        client.check(now());
        drive();
      },
      [this](const network_changed&) {
        client.network_changed(now(), lost_own_address());
        drive();
      },
      [this](const shut_down&) { handle_shut_down(); },
      [this](const get_counters&) {
        auto counters = counter_map{};
        count_refusals(counters, client.counters());
        return counters;
      },
  };
}

namespace {

caf::error bad_config(const std::string& what, const std::string& value, const std::string& allowed) {
  return make_error(errc::bad_config, what + " is \"" + value + "\": allowed is " + allowed);
}

link_dialler websocket_dialler(const relay_link_config& config, const net::url& where) {
  auto io = config.io ? config.io : std::make_shared<net::io_threads>();
  auto options = net::connect_options{};
  options.tls.ca_file = config.ca_file;
  return [io, where, options](net::websocket_handlers handlers) {
    return net::websocket_connect(*io, where, options, std::move(handlers));
  };
}

} // namespace

caf::expected<caf::actor> spawn_relay_link(
    caf::actor_system& system, relay_link_config config, caf::actor supervisor) {
  auto where = net::url::parse(config.url);
  if (!where || (where->scheme != net::url_scheme::ws && where->scheme != net::url_scheme::wss))
    return bad_config("relay URL", config.url, "ws://host[:port][/path] or wss://host[:port][/path]");
  if (config.token.size() > relay::largest_token)
    return bad_config(
        "relay token", "(hidden)", "at most " + std::to_string(relay::largest_token) + " octets");
  if (!config.identity)
    return bad_config("relay identity", "none", "an identity");
  if (!config.random)
    config.random = std::make_shared<crypto::system_random>();
  if (!config.dial)
    config.dial = websocket_dialler(config, *where);
  config.machine.self = config.identity->id();
  config.machine.sign = [identity = config.identity](byte_view message) {
    return identity->sign(message).octets;
  };
  config.machine.host = where->authority();
  config.machine.token = config.token;
  return caf::actor{act::spawn<relay_link_state>(system, std::move(config), std::move(supervisor))};
}

} // namespace warren
