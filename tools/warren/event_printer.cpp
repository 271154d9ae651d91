#include "tools/warren/event_printer.hpp"

#include <spdlog/spdlog.h>

namespace warren::program {

namespace {

struct printer_state {
  printer_state(
      caf::event_based_actor* selfptr, output& printer, stop_signal& stopper,
      transport_actor watched_transport, caf::actor watched_database)
      : self{selfptr},
        out{printer},
        stop{stopper},
        transport{std::move(watched_transport)},
        database{std::move(watched_database)} {}

  caf::behavior make_behavior() {
    self->monitor(transport);
    self->monitor(database);
    self->set_down_handler([this](const caf::down_msg& down) {
      auto what = down.source == database.address() ? "the database" : "the transport";
      stop.request(std::string{what} + " ended: " + describe(down.reason));
    });
    act::mail(self, watch_events{caf::actor_cast<caf::actor>(self)})
        .request(transport, caf::infinite)
        .then([] {}, [](const caf::error& why) { spdlog::warn("events are not shown: {}", describe(why)); });
    return {[this](const swarm_event& seen) { print(seen); }};
  }

  void print(const swarm_event& seen) {
    json event{{"event", seen.kind}};
    if (!seen.peer.id.empty())
      event["peer_id"] = seen.peer.id;
    if (!seen.peer.address.empty())
      event["address"] = seen.peer.address;
    if (seen.peer.path != path_kind::none)
      event["path"] = to_string(seen.peer.path);
    if (!seen.reason.empty())
      event["reason"] = seen.reason;
    out.event(event);
  }

  caf::event_based_actor* self;
  output& out;
  stop_signal& stop;
  transport_actor transport;
  caf::actor database;
};

} // namespace

caf::actor spawn_event_printer(
    caf::actor_system& system, output& out, stop_signal& stop, const transport_actor& transport,
    const caf::actor& database) {
  return act::spawn<printer_state>(system, std::ref(out), std::ref(stop), transport, database);
}

} // namespace warren::program
