#include "actors/dial_endpoint.hpp"

#include "actors/counter_names.hpp"
#include "actors/deadline.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/dial/endpoint.hpp"
#include "transports/net/packet_batch.hpp"

#include <unordered_map>

namespace warren {

namespace {

struct dial_endpoint_state {
  dial_endpoint_state(
      caf::event_based_actor* selfptr, std::shared_ptr<udp_port> port_ptr, session_settings config,
      udx::config defaults, const dial::config& dialling)
      : self{selfptr},
        port{std::move(port_ptr)},
        settings{std::move(config)},
        stream_defaults{defaults},
        machine{dialling, random} {
    // nop
  }

  caf::behavior make_behavior() {
    port->control_to(self);
    self->set_down_handler([this](const caf::down_msg& down) { release(down.source); });
    return {
        [this](const dial_peer& order) {
          dial(order);
          drive();
        },
        [this](const packets_arrived& arrived) {
          for (const auto& packet : *arrived.batch)
            machine.handle_packet(now(), packet.from, packet.payload);
          drive();
        },
        [this](deadline_reached) {
          wake_up.fired(now());
          machine.handle_timeout(now());
          drive();
        },
        [this](get_counters) {
          counter_map result;
          count_refusals(result, machine.stats());
          return result;
        },
        [this](const shut_down&) { self->quit(); },
    };
  }

  time_point now() const { return self->clock().now(); }

  void dial(const dial_peer& order) {
    auto attempt = machine.dial(now(), order.to);
    if (attempt)
      dials.emplace(*attempt, order.dial);
    else
      act::mail(self, dial_failed{order.dial, attempt.error().message()}).send(settings.supervisor);
  }

  /// Events first: a stream must be able to take packets before the peer learns its id.
  void drive() {
    while (auto event = machine.poll_event())
      std::visit([this](const auto& e) { handle(e); }, *event);
    while (auto out = machine.poll_transmit())
      port->sender().send(out->to, out->payload);
    wake_up.arm(self, machine.poll_timeout());
  }

  void handle(const dial::inbound& opened) {
    start_stream(0, opened.remote, opened.local_id, opened.remote_id, session::role::responder);
  }

  void handle(const dial::outbound& opened) {
    auto dial = dials.extract(opened.attempt);
    start_stream(
        dial.empty() ? 0 : dial.mapped(), opened.remote, opened.local_id, opened.remote_id,
        session::role::initiator);
  }

  void handle(const dial::failed& failure) {
    auto dial = dials.extract(failure.attempt);
    if (!dial.empty())
      act::mail(self, dial_failed{dial.mapped(), failure.reason.message()}).send(settings.supervisor);
  }

  void start_stream(
      std::uint64_t dial, const endpoint& remote, std::uint32_t local_id, std::uint32_t remote_id,
      session::role role) {
    direct_start start{port, stream_defaults, role};
    start.stream.local_id = local_id;
    start.stream.remote_id = remote_id;
    start.stream.remote = remote;
    auto stream =
        caf::actor_cast<caf::actor>(spawn_noise_stream(self->home_system(), settings, std::move(start)));
    self->monitor(stream);
    streams.emplace(stream.address(), local_id);
    act::mail(self, stream_started{dial, remote, stream}).send(settings.supervisor);
  }

  void release(const caf::actor_addr& gone) {
    auto stream = streams.extract(gone);
    if (!stream.empty())
      machine.release(now(), stream.mapped());
    drive();
  }

  caf::event_based_actor* self;
  std::shared_ptr<udp_port> port;
  session_settings settings;
  udx::config stream_defaults;
  crypto::system_random random;
  dial::endpoint machine;
  std::map<dial::attempt_id, std::uint64_t> dials;
  std::map<caf::actor_addr, std::uint32_t> streams;
  deadline wake_up;
};

} // namespace

caf::actor spawn_dial_endpoint(
    caf::actor_system& system, std::shared_ptr<udp_port> port, session_settings settings,
    udx::config stream_defaults, const dial::config& dialling) {
  return act::spawn<dial_endpoint_state>(
      system, std::move(port), std::move(settings), stream_defaults, dialling);
}

} // namespace warren
