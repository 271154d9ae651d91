#include "actors/local_discovery.hpp"

#include "actors/deadline.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/net/multicast_group.hpp"
#include "transports/net/udp_receiver.hpp"

namespace warren {

namespace {

/// How often new interfaces are looked for, such as a wireless network that was joined.
constexpr auto refresh_interval = std::chrono::seconds{15};

struct local_discovery_state {
  local_discovery_state(
      caf::event_based_actor* selfptr, const lsd::config& settings, std::shared_ptr<multicast_link> carrier,
      caf::actor to)
      : self{selfptr},
        machine{settings, random},
        link{std::move(carrier)},
        listener{std::move(to)},
        next_refresh{selfptr->clock().now()} {}

  caf::behavior make_behavior() {
    drive();
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
            machine.handle_packet(now(), packet.from, packet.payload);
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
    if (next_refresh <= now()) {
      next_refresh = now() + refresh_interval;
      if (link->refresh())
        machine.announce_again(now());
    }
    while (auto out = machine.poll_transmit())
      if (link->send(*out) == 0)
        ++unsent; // said again once an interface is up
    while (auto found = machine.poll_event())
      act::mail(self, dht_peers{found->topic, {{found->peer}}}).send(listener);
    auto due = machine.poll_timeout();
    wake_up.arm(self, due ? std::min(*due, next_refresh) : next_refresh);
  }

  counter_map counters() const {
    const auto& stats = machine.stats();
    counter_map result{
        {"lsd.malformed", stats.malformed},
        {"lsd.foreign_source", stats.foreign_source},
        {"lsd.too_many_peers", stats.too_many_peers},
        {"lsd.too_many_topics", stats.too_many_topics},
        {"lsd.unsent", unsent}};
    std::erase_if(result, [](const auto& entry) { return entry.second == 0; });
    return result;
  }

  caf::event_based_actor* self;
  crypto::system_random random;
  lsd::local_discovery machine;
  std::shared_ptr<multicast_link> link;
  caf::actor listener;
  time_point next_refresh;
  std::uint64_t unsent = 0;
  deadline wake_up;
};

/// A multicast group with the thread that reads it.
class group_link final : public multicast_link {
public:
  explicit group_link(std::unique_ptr<net::multicast_group> group) : group_{std::move(group)} {}

  /// Gives what arrives to `receiver` as long as this object lives. By address: the actor owns this object.
  std::error_code read_for(const caf::actor_addr& receiver) {
    auto hand_out = [receiver](std::size_t, net::packet_batch batch) {
      if (auto to = caf::actor_cast<caf::actor>(receiver))
        act::anon_mail(packets_arrived{std::make_shared<const net::packet_batch>(std::move(batch))}).send(to);
    };
    auto started = net::udp_receiver::start({group_->socket()}, hand_out);
    if (started)
      receiver_ = std::move(*started);
    return started.error();
  }

  std::size_t send(byte_view payload) override { return group_->send(payload); }

  bool refresh() override { return group_->refresh(); }

private:
  std::unique_ptr<net::multicast_group> group_;
  std::unique_ptr<net::udp_receiver> receiver_;
};

} // namespace

caf::actor spawn_local_discovery(
    caf::actor_system& system, const lsd::config& settings, std::shared_ptr<multicast_link> link,
    const caf::actor& listener) {
  return act::spawn<local_discovery_state>(system, settings, std::move(link), listener);
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
  auto link = std::make_shared<group_link>(std::move(*group));
  auto actor = spawn_local_discovery(system, settings, link, listener);
  if (auto problem = link->read_for(actor.address())) {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    return failed(problem);
  }
  return actor;
}

} // namespace warren
