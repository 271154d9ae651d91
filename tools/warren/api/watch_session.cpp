#include "tools/warren/api/watch_session.hpp"

#include "tools/warren/output.hpp"

namespace warren::program {

namespace {

struct watch_state {
  watch_state(
      caf::event_based_actor* selfptr, replicator_actor watched, std::string wanted,
      std::shared_ptr<net::websocket_link> socket)
      : self{selfptr}, database{std::move(watched)}, prefix{std::move(wanted)}, link{std::move(socket)} {}

  caf::behavior make_behavior() {
    act::mail(self, watch_nodes{caf::actor_cast<caf::actor>(self), prefix})
        .request(database, actor_timeout)
        .then(
            [this] {
              send(to_line({{"event", "ready"}, {"prefix", prefix}}));
            },
            [this](const caf::error& why) {
              link->close(net::close_code::internal_error, describe(why));
              self->quit();
            });
    return {[this](const field_changed& change) {
      send(
          "{\"soul\":" + to_line(change.soul) + ",\"field\":" + to_line(change.field)
          + ",\"value\":" + change.value_json + ",\"state\":" + to_line(change.state)
          + ",\"local\":" + (change.local ? "true" : "false") + "}");
    }};
  }

  void send(const std::string& line) {
    if (!link->send(to_bytes(line + "\n"), net::message_kind::text))
      return;
    link->close(net::close_code::policy, "too slow: changes were lost");
    self->quit();
  }

  caf::event_based_actor* self;
  replicator_actor database;
  std::string prefix;
  std::shared_ptr<net::websocket_link> link;
};

} // namespace

net::websocket_handlers serve_watch(
    const api_context& api, const std::string& prefix, const std::shared_ptr<net::websocket_link>& link) {
  auto watcher = act::spawn<watch_state>(api.system, api.database, prefix, link);
  net::websocket_handlers handlers;
  std::weak_ptr<net::websocket_link> weak = link;
  // Clients have nothing to say here, but reading is what notices that they close.
  handlers.on_open = [weak] {
    if (auto open = weak.lock())
      open->grant_reads(1);
  };
  handlers.on_message = [weak](const bytes&, net::message_kind) {
    if (auto open = weak.lock())
      open->grant_reads(1);
  };
  handlers.on_closed = [watcher](std::error_code, const std::string&) {
    caf::anon_send_exit(watcher, caf::exit_reason::user_shutdown);
  };
  return handlers;
}

} // namespace warren::program
