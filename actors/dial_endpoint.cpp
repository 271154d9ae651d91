#include "actors/dial_endpoint.hpp"

#include "actors/counter_names.hpp"
#include "actors/deadline.hpp"
#include "actors/pipe_parcel.hpp"
#include "actors/send_all.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/dial/endpoint.hpp"
#include "transports/net/packet_batch.hpp"

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
        [this](const stream_proved& good) {
          machine.prove(good.local_id);
          drive();
        },
        [this](const stream_adopted& moved) {
          if (machine.gave_way(moved.local_id))
            handle(dial::given_way{moved.local_id});
        },
        [this](const stream_released& gone) {
          machine.release(now(), gone.local_id);
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
      dials.emplace(*attempt, order);
    else
      act::mail(self, dial_failed{order.dial, attempt.error().message()}).send(settings.supervisor);
  }

  /// Events first: a stream must be able to take packets before the peer learns its id.
  void drive() {
    while (auto event = machine.poll_event())
      std::visit([this](const auto& e) { handle(e); }, *event);
    send_all(port->sender(), machine);
    wake_up.arm(self, machine.poll_timeout());
  }

  void handle(const dial::inbound& opened) {
    spawn_noise_stream(self->home_system(), settings, direct(opened, session::role::responder));
  }

  void handle(const dial::outbound& opened) {
    auto dial = dials.extract(opened.attempt);
    auto start = direct(opened, session::role::initiator);
    start.dial = dial.mapped().dial;
    if (dial.mapped().attach)
      offer_pipe(dial.mapped(), std::move(start));
    else
      spawn_noise_stream(self->home_system(), settings, std::move(start));
  }

  void handle(const dial::failed& failure) {
    auto dial = dials.extract(failure.attempt);
    if (!dial.empty())
      act::mail(self, dial_failed{dial.mapped().dial, failure.reason.message()}).send(settings.supervisor);
  }

  void handle(const dial::given_way& stream) {
    if (auto owner = port->receiver_of(stream.local_id))
      act::mail(self, stream_unwanted{stream.local_id}).send(owner);
  }

  /// `opened` is dial::inbound or dial::outbound.
  template <class Opened>
  direct_start direct(const Opened& opened, session::role role) {
    direct_start start{port, self, stream_defaults, role};
    start.stream.local_id = opened.local_id;
    start.stream.remote_id = opened.remote_id;
    start.stream.remote = opened.remote;
    start.stream.max_mtu = std::min(opened.peer_takes, port->sender().mtu_towards(opened.remote));
    return start;
  }

  /// Another pipe for a connection that stands.
  void offer_pipe(const dial_peer& order, direct_start start) {
    auto parcel = std::make_shared<pipe_parcel>();
    parcel->side = start.role;
    parcel->dial = order.dial;
    parcel->direct = std::make_unique<udx_pipe>(std::move(start), now());
    parcel->direct->deliver_to(order.attach);
    act::mail(self, pipe_offered{std::move(parcel)}).send(order.attach);
  }

  caf::event_based_actor* self;
  std::shared_ptr<udp_port> port;
  session_settings settings;
  udx::config stream_defaults;
  crypto::system_random random;
  dial::endpoint machine;
  std::map<dial::attempt_id, dial_peer> dials;
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
