#include "crdt_bridge/replicator_state.hpp"

#include "crdt_bridge/errc.hpp"

#include <algorithm>

namespace warren {

namespace {

// A page of an export is one message between actors: this many octets of JSON are enough for one.
constexpr std::size_t page_octets = 4 * 1024 * 1024;
constexpr std::uint32_t most_page_nodes = 1000;

node_value value_of(crdt::graph_engine::node_text text) {
  return {std::move(text.soul), std::move(text.fields_json), std::move(text.states_json)};
}

} // namespace

replicator_state::replicator_state(
    pointer self, std::shared_ptr<crdt::graph_engine> engine, store_actor store,
    std::shared_ptr<const replicator_config> config)
    : self_{self},
      config_{std::move(config)},
      engine_{std::move(engine)},
      replica_{*engine_, config_->limits, *config_->random},
      store_{std::move(store)},
      watchers_{config_->max_watchers} {
  self_->monitor(store_);
  self_->set_down_handler([this](caf::down_msg& down) { on_down(down); });
}

replicator_state::~replicator_state() {
  for (auto& [ticket, promise] : unanswered_)
    promise.deliver(make_error(errc::closed_locally, "the database was closed before the write was on disk"));
  caf::anon_send_exit(store_, caf::exit_reason::user_shutdown);
}

replicator_actor::behavior_type replicator_state::make_behavior() {
  return {
      [this](const put_fields& request) { return put(request); },
      [this](const get_node& request) { return get(request); },
      [this](const export_nodes& request) { return export_page(request); },
      [this](const watch_nodes& request) { return watch(request); },
      [this](const get_status&) { return status(); },
      [this](const connected& event) { on_connected(event); },
      [this](const chunk_received& event) { on_chunk(event); },
      // A peer that writes no more has nothing to say to us: sync needs both directions.
      [this](const peer_finished& event) {
        close_channel_of(event.key);
        drive();
      },
      [](const path_changed&) {},
      [this](const closed& event) { on_closed(event.key); },
      [this](const deadline_reached&) {
        deadline_.fired(now());
        replica_.handle_timeout(now(), wall());
        drive();
      },
  };
}

caf::result<void> replicator_state::put(const put_fields& request) {
  auto items = engine_->write(request.soul, request.fields_json, wall());
  if (!items)
    return make_error(errc::invalid_item, items.error().message());
  auto ticket = replica_.submit(std::move(*items));
  if (!ticket)
    return make_error(
        errc::limit_reached, "too many writes wait for the disk; wait for answers before writing more");
  caf::response_promise promise = self_->make_response_promise<void>();
  unanswered_.emplace(*ticket, promise);
  drive();
  return promise;
}

caf::result<node_value> replicator_state::get(const get_node& request) const {
  auto node = engine_->node(request.soul);
  if (!node)
    return make_error(errc::not_found, "there is no node \"" + request.soul + "\"");
  return value_of(std::move(*node));
}

caf::result<node_page> replicator_state::export_page(const export_nodes& request) const {
  auto limit = std::clamp<std::uint32_t>(request.limit, 1, most_page_nodes);
  auto range = engine_->nodes(request.after, limit, page_octets);
  node_page page;
  page.last = range.last;
  page.nodes.reserve(range.nodes.size());
  for (auto& node : range.nodes)
    page.nodes.push_back(value_of(std::move(node)));
  return page;
}

caf::result<void> replicator_state::watch(const watch_nodes& request) {
  if (!request.watcher)
    return make_error(errc::invalid_item, "a watcher must be an actor");
  bool is_new = !watchers_.watches(request.watcher.address());
  if (!watchers_.add(request.watcher, request.prefix))
    return make_error(
        errc::limit_reached, "the database has " + std::to_string(config_->max_watchers)
                                 + " watchers already; end one or raise max_watchers");
  if (is_new)
    self_->monitor(request.watcher);
  return caf::unit;
}

database_status replicator_state::status() const {
  auto digest = engine_->digest();
  auto counters = by_name(replica_.stats());
  if (auto waiting = engine_->deferred(); waiting > 0)
    counters["database.deferred_now"] = waiting;
  return {engine_->count(), to_hex(digest.octets), replica_.peers(), std::move(counters)};
}

void replicator_state::on_connected(const connected& event) {
  if (peers_.contains(event.key))
    return;
  auto handle = replica_.peer_joined(now());
  if (!handle) {
    act::mail(self_, close_channel{event.key.channel}).send(event.connection);
    return;
  }
  auto where = peers_.emplace(event.key, peer{event.connection, event.key.channel, *handle}).first;
  channels_.emplace(*handle, event.key);
  self_->monitor(event.connection);
  grant(where->second, config_->limits.sync.receive_window);
  drive();
}

void replicator_state::on_chunk(const chunk_received& event) {
  auto from = peers_.find(event.key);
  if (from == peers_.end())
    return; // its channel is being closed
  replica_.handle_message(now(), wall(), from->second.handle, event.data.view());
  drive();
}

void replicator_state::on_closed(const channel_key& key) {
  if (auto gone = peers_.find(key); gone != peers_.end())
    forget(gone);
  drive();
}

void replicator_state::on_down(const caf::down_msg& down) {
  if (down.source == store_.address()) {
    self_->quit(make_error(errc::storage_failed, "the store's actor ended"));
    return;
  }
  watchers_.remove(down.source);
  for (auto next = peers_.begin(); next != peers_.end();) {
    auto each = next++;
    if (each->second.connection.address() == down.source)
      forget(each);
  }
  drive();
}

void replicator_state::forget(std::map<channel_key, peer>::iterator gone) {
  self_->demonitor(gone->second.connection.address());
  replica_.peer_left(gone->second.handle);
  channels_.erase(gone->second.handle);
  peers_.erase(gone);
}

void replicator_state::close_channel_of(const channel_key& key) {
  auto gone = peers_.find(key);
  if (gone == peers_.end())
    return;
  act::mail(self_, close_channel{key.channel}).send(gone->second.connection);
  forget(gone);
}

void replicator_state::grant(const peer& to, std::uint64_t octets) {
  act::mail(self_, grant_credit{to.channel, octets}).send(to.connection);
}

void replicator_state::drive() {
  if (auto changes = replica_.poll_transaction(now(), wall()))
    start_transaction(std::move(changes));
  while (auto event = replica_.poll_event())
    std::visit([this](auto& each) { handle(each); }, *event);
  while (auto out = replica_.poll_transmit(now()))
    transmit(std::move(*out));
  deadline_.arm(self_, replica_.poll_timeout());
}

void replicator_state::start_transaction(std::shared_ptr<const crdt::change_set> changes) {
  auto done = [this](std::optional<crdt::store_failure> failure) {
    replica_.transaction_done(now(), std::move(failure));
    drive();
  };
  act::mail(self_, commit_changes{std::move(changes)})
      .request(store_, caf::infinite)
      .then(
          [done] { done(std::nullopt); },
          [done](const caf::error& why) {
            done(crdt::store_failure{crdt::errc::io_failed, describe(why)});
          });
}

void replicator_state::transmit(crdt::replica::transmit out) {
  auto where = channels_.find(out.to);
  if (where == channels_.end())
    return;
  const auto& to = peers_.at(where->second);
  auto size = out.data.size();
  // Refused or lost, the octets are off our hands all the same: `closed` or the end of the connection follows.
  act::mail(self_, write_chunk{to.channel, chunk{std::move(out.data)}})
      .request(to.connection, caf::infinite)
      .then(
          [this, by = out.to, size] { accepted(by, size); },
          [this, by = out.to, size](const caf::error&) { accepted(by, size); });
}

void replicator_state::accepted(crdt::peer_handle by, std::size_t octets) {
  replica_.write_accepted(by, octets);
  drive();
}

void replicator_state::handle(crdt::write_done& event) {
  auto waiting = unanswered_.extract(event.ticket);
  if (waiting.empty())
    return;
  if (event.failure)
    waiting.mapped().deliver(make_error(errc::storage_failed, std::move(event.failure->detail)));
  else
    waiting.mapped().deliver(caf::unit);
}

void replicator_state::handle(crdt::items_changed& event) {
  watchers_.tell(event);
}

void replicator_state::handle(crdt::octets_consumed& event) {
  if (auto where = channels_.find(event.peer); where != channels_.end())
    grant(peers_.at(where->second), event.octets);
}

void replicator_state::handle(crdt::peer_refused& event) {
  if (auto where = channels_.find(event.peer); where != channels_.end()) {
    auto key = where->second;
    close_channel_of(key);
  }
}

} // namespace warren
