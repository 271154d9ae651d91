#include "actors/local_discovery.hpp"

#include "actors/deadline.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/net/multicast_group.hpp"
#include "transports/net/udp_receiver.hpp"

namespace warren {

namespace {

struct local_discovery_state {
  local_discovery_state(
      caf::event_based_actor* selfptr, const lsd::config& settings, multicast_sender sender, caf::actor to)
      : self{selfptr}, machine{settings, random}, send{std::move(sender)}, listener{std::move(to)} {
    // nop
  }

  caf::behavior make_behavior() {
    return {
        [this](const discover_locally& order) {
          if (order.wanted)
            machine.join(now(), order.info_hash);
          else
            machine.leave(order.info_hash);
          drive();
        },
        [this](const packets_arrived& arrived) {
          for (const auto& packet : *arrived.batch)
            machine.handle_packet(packet.from, packet.payload);
          drive();
        },
        [this](deadline_reached) {
          wake_up.fired(now());
          machine.handle_timeout(now());
          drive();
        },
        [this](get_counters) { return counters(); },
    };
  }

  time_point now() const { return self->clock().now(); }

  void drive() {
    while (auto out = machine.poll_transmit())
      send(*out);
    while (auto found = machine.poll_event())
      act::mail(self, dht_peers{found->topic, {found->peer}}).send(listener);
    wake_up.arm(self, machine.poll_timeout());
  }

  counter_map counters() const {
    counter_map result;
    const auto& stats = machine.stats();
    for (auto [name, count] :
         {std::pair{"lsd.malformed", stats.malformed},
          {"lsd.other_family", stats.other_family},
          {"lsd.too_many_topics", stats.too_many_topics}})
      if (count > 0)
        result.emplace(name, count);
    return result;
  }

  caf::event_based_actor* self;
  crypto::system_random random;
  lsd::local_discovery machine;
  multicast_sender send;
  caf::actor listener;
  deadline wake_up;
};

/// The group with the thread that reads it. Joins the group on interfaces that came up since whenever something is sent.
struct joined_group {
  std::unique_ptr<net::multicast_group> group;
  std::unique_ptr<net::udp_receiver> receiver;
};

} // namespace

caf::actor spawn_local_discovery(
    caf::actor_system& system, const lsd::config& settings, multicast_sender send,
    const caf::actor& listener) {
  return act::spawn<local_discovery_state>(system, settings, std::move(send), listener);
}

caf::expected<caf::actor> spawn_local_discovery(
    caf::actor_system& system, const endpoint& where, const caf::actor& listener) {
  auto v4 = where.address.family() == address_family::ipv4;
  lsd::config settings;
  settings.group = *endpoint::parse(v4 ? bt_search::ipv4_group : bt_search::ipv6_group);
  settings.port = where.port;
  auto failed = [&](std::error_code why) {
    return make_error(
        errc::network_failed, "local-discovery on " + to_string(settings.group) + ": " + why.message());
  };
  auto only = where.address.is_unspecified() ? std::nullopt : std::optional{where.address};
  auto group = net::multicast_group::open(settings.group, only);
  if (!group)
    return failed(group.error());
  (*group)->refresh();
  auto joined = std::make_shared<joined_group>();
  joined->group = std::move(*group);
  auto actor = spawn_local_discovery(
      system, settings,
      [joined](byte_view payload) {
        joined->group->refresh();
        joined->group->send(payload);
      },
      listener);
  // By address: the thread lives in the actor's state and must not keep the actor alive.
  auto hand_out = [to = actor.address()](std::size_t, net::packet_batch batch) {
    if (auto receiver = caf::actor_cast<caf::actor>(to))
      act::anon_mail(packets_arrived{std::make_shared<const net::packet_batch>(std::move(batch))})
          .send(receiver);
  };
  auto receiver = net::udp_receiver::start({joined->group->socket()}, hand_out);
  if (!receiver) {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    return failed(receiver.error());
  }
  joined->receiver = std::move(*receiver);
  return actor;
}

} // namespace warren
