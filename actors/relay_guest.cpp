#include "actors/relay_guest.hpp"

#include "actors/link_inbox.hpp"
#include "transports/net/errc.hpp"

namespace warren {

namespace {

struct relay_guest_state {
  relay_guest_state(
      caf::event_based_actor* actor, caf::actor relay, std::shared_ptr<link_inbox> incoming,
      guest_arrived who)
      : self{actor}, server{std::move(relay)}, inbox{std::move(incoming)}, arrived{std::move(who)} {
    self->monitor(server);
    self->set_down_handler([this](caf::down_msg&) { self->quit(); });
  }

  // Runs however the actor ends, so that the relay never keeps a guest without a WebSocket.
  ~relay_guest_state() {
    if (ended)
      return;
    arrived.link->close(net::close_code::going_away);
    act::mail(self, guest_input{arrived.guest, {}, false, true}).send(server);
  }

  relay_guest_state(const relay_guest_state&) = delete;
  relay_guest_state& operator=(const relay_guest_state&) = delete;

  caf::behavior make_behavior() {
    act::mail(self, arrived).send(server);
    return {[this](const link_ready&) { pass_on(); }};
  }

  void pass_on() {
    auto content = inbox->take();
    ended = content.closed.has_value();
    auto oversized = ended && content.closed->why == net::net_errc::message_too_large;
    act::mail(
        self, guest_input{arrived.guest, std::move(content.messages), content.drained, ended, oversized})
        .send(server);
    if (ended)
      self->quit();
  }

  caf::event_based_actor* self;
  caf::actor server;
  std::shared_ptr<link_inbox> inbox;
  guest_arrived arrived;
  bool ended = false;
};

} // namespace

net::websocket_handlers spawn_relay_guest(
    caf::actor_system& system, caf::actor server, std::uint64_t guest, const ip_address& from,
    std::shared_ptr<net::websocket_link> link) {
  auto inbox = std::make_shared<link_inbox>(guest);
  auto arrived = guest_arrived{guest, from, std::move(link)};
  inbox->bind(act::spawn<relay_guest_state>(system, std::move(server), inbox, std::move(arrived)));
  return inbox->handlers();
}

} // namespace warren
