#include "actors/disabled_transport.hpp"

#include "messages/types.hpp"

namespace warren {

namespace {

struct disabled_transport_state {
  disabled_transport_state(transport_actor::pointer, std::string peer_id) : id{std::move(peer_id)} {
    // nop
  }

  transport_actor::behavior_type make_behavior() {
    return {
        [](const connect_topic&) -> caf::result<void> {
          return make_error(
              errc::local_only, "sync is disabled: this node is local-only (transport mode disabled)");
        },
        [](const leave_topic&) -> caf::result<void> {
          return make_error(errc::not_joined, "sync is disabled");
        },
        [](const announce_topic&) {},
        [](const lookup_topic&) { return std::vector<peer_info>{}; },
        [](disconnect) {},
        [](get_name) { return std::string{"disabled"}; },
        [this](get_status) {
          transport_status result;
          result.id = id;
          result.name = "disabled";
          return result;
        },
        [](const watch_events&) {},
    };
  }

  std::string id;
};

} // namespace

transport_actor spawn_disabled_transport(caf::actor_system& system, std::string peer_id) {
  return act::spawn<disabled_transport_state>(system, std::move(peer_id));
}

} // namespace warren
