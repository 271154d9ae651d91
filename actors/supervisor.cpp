#include "actors/supervisor.hpp"

#include "actors/counter_names.hpp"
#include "actors/option_table.hpp"
#include "actors/supervisor_state.hpp"

#include <algorithm>

namespace warren {

namespace {

/// Actors that watch events at once; more are refused.
constexpr std::size_t max_watchers = 64;

/// A session without progress ends within session::limits::drain_timeout, twice; one that gets on, however slowly, is given
/// so long. So long does disconnect wait for connections to end in order, and so long is a relay not told that we left a
/// topic while connections through it may still be ending.
constexpr auto longest_leaving = std::chrono::minutes{2};

/// How long a child may take to tell its numbers; what is missing then is left out of the status.
constexpr auto status_wait = std::chrono::seconds{2};

session_settings session_settings_of(const supervisor_setup& setup, caf::actor supervisor) {
  session_settings result;
  result.identity = setup.identity;
  result.instance = setup.instance;
  result.allow = setup.allow;
  result.supervisor = std::move(supervisor);
  result.directory = std::make_shared<session_directory>();
  result.timers = setup.timers;
  const auto& opts = setup.opts;
  result.limits.handshake_timeout = std::min<duration>(result.limits.handshake_timeout, opts.connect_timeout);
  result.limits.ping_after = std::min<duration>(result.limits.ping_after, opts.keep_alive_interval);
  result.limits.idle_ping_after = opts.keep_alive_interval;
  result.limits.dead_after = opts.path_timeout;
  result.limits.resume_window = opts.resume_window;
  result.limits.retained_bytes = opts.send_buffer;
  result.limits.receive_window = static_cast<std::uint32_t>(opts.channel_window);
  result.limits.compression = opts.compression;
  result.limits.compress_below = opts.compress_below;
  return result;
}

swarm::dial_policy dial_policy_of(const options& opts) {
  swarm::dial_policy result;
  result.max_peers = opts.max_peers;
  result.max_dials = opts.max_dials;
  result.relay_delay = opts.mode == transport_mode::automatic ? duration{opts.relay_delay} : duration{};
  return result;
}

/// Collects the answers of several actors into one status; delivers when the last one has answered or failed. A connection
/// that does not answer in time is listed all the same, without its numbers.
struct status_gathering {
  transport_status status;
  caf::typed_response_promise<transport_status> promise;

  void take(connection_status&& answer) {
    for (auto& peer : status.peers)
      if (peer.connection == answer.connection)
        peer = std::move(answer);
  }

  ~status_gathering() { promise.deliver(std::move(status)); }
};

} // namespace

supervisor_state::supervisor_state(supervisor_actor::pointer selfptr, supervisor_setup config)
    : self{selfptr},
      setup{std::move(config)},
      sessions{session_settings_of(setup, caf::actor_cast<caf::actor>(selfptr))},
      book{setup.identity->id(), dial_policy_of(setup.opts), random},
      restarts{random} {
  // nop
}

supervisor_state::~supervisor_state() {
  end_children();
  if (setup.port)
    setup.port->clear();
  for (auto& promise : disconnecting)
    promise.deliver(make_error(errc::closed_locally, "the transport ended before its connections had"));
  for (auto& [hash, requests] : lookups)
    for (auto& request : requests)
      request->promise.deliver(make_error(errc::closed_locally, "the transport ended before the lookup had"));
}

void supervisor_state::pump() {
  auto at = now();
  restart_due(at);
  auto network_look = follow_network(at);
  look_up_due(at);
  dial_due(at);
  settle_disconnect(at);
  auto due = book.poll_timeout();
  auto consider = [&](time_point when) { due = due ? std::min(*due, when) : when; };
  if (disconnect_deadline)
    consider(*disconnect_deadline);
  if (network_look)
    consider(*network_look);
  for (const auto& [name, when] : pending_restarts)
    consider(when);
  if (auto when = leave_relays(at))
    consider(*when);
  if (has_direct_way())
    for (const auto& [on, joined] : topics)
      if (!joined.looking_up)
        consider(joined.schedule.next());
  wake_up.arm(self, due);
}

// -- topics -----------------------------------------------------------------------------------------------------------

caf::error supervisor_state::check_room(const topic& on) const {
  if (topics.contains(on) || topics.size() < setup.opts.max_topics)
    return caf::none;
  return make_error(errc::limit_reached, "max_topics is " + std::to_string(setup.opts.max_topics));
}

void supervisor_state::join(const topic& on) {
  // Left and not yet forgotten by the relays, or so far only announced, when who was found was let go.
  auto member_before = leaving.erase(on) > 0 || topics.contains(on);
  topic_of_hash[on.info_hash()] = on;
  if (discovery)
    act::mail(self, discover_locally{on.info_hash(), true}).send(discovery);
  topics[on].schedule = swarm::lookup_schedule{now(), setup.opts.announce_interval};
  for (const auto& [url, relay] : relays) {
    if (!relay.link)
      continue;
    // Who is there is told to newcomers only.
    if (member_before)
      act::mail(self, relay_leave{on}).send(relay.link);
    act::mail(self, relay_join{on}).send(relay.link);
  }
}

caf::result<void> supervisor_state::handle_connect(const connect_topic& request) {
  auto known = topics.find(request.on);
  if (known != topics.end() && known->second.subscriber && known->second.subscriber != request.subscriber)
    return make_error(errc::already_joined, "another subscriber holds this topic");
  if (auto full = check_room(request.on))
    return full;
  if (known != topics.end() && known->second.subscriber)
    return caf::unit;
  join(request.on);
  auto& joined = topics[request.on];
  joined.secret = request.secret;
  joined.subscriber = request.subscriber;
  watch_end_of(request.subscriber);
  for (const auto& [address, stream] : streams)
    if (stream.admitted)
      act::mail(self, topic_joined{request.on, request.secret, request.subscriber}).send(stream.actor);
  pump();
  return caf::unit;
}

caf::result<void> supervisor_state::handle_announce(const announce_topic& request) {
  if (auto full = check_room(request.on))
    return full;
  if (!topics.contains(request.on))
    join(request.on);
  topics[request.on].announced = true;
  pump();
  return caf::unit;
}

void supervisor_state::leave(topic on) {
  topics.erase(on);
  if (dht)
    act::mail(self, dht_forget{on.info_hash()}).send(dht);
  if (discovery)
    act::mail(self, discover_locally{on.info_hash(), false}).send(discovery);
  topic_of_hash.erase(on.info_hash());
  book.left(on);
  leaving[on] = now() + longest_leaving;
  for (const auto& [address, stream] : streams)
    if (stream.admitted)
      act::mail(self, topic_left{on}).send(stream.actor);
}

/// Returns whether a connection through a relay still carries something of a topic that was left, or one that is ending may yet
/// have to: its direct path can fail before everything is through.
bool supervisor_state::needs_relay(const topic& on) const {
  return std::any_of(streams.begin(), streams.end(), [&](const auto& entry) {
    return ending.contains(entry.first)
           || (std::holds_alternative<swarm::relayed_peer>(entry.second.remote)
               && entry.second.shared.contains(on));
  });
}

/// Tells the relays which topics were left, once no connection through them needs that any more. Returns when to look again.
std::optional<time_point> supervisor_state::leave_relays(time_point at) {
  std::optional<time_point> next;
  for (auto i = leaving.begin(); i != leaving.end();) {
    if (needs_relay(i->first) && i->second > at && leaving.size() <= setup.opts.max_topics) {
      next = next ? std::min(*next, i->second) : i->second;
      ++i;
      continue;
    }
    for (const auto& [url, relay] : relays)
      if (relay.link)
        act::mail(self, relay_leave{i->first}).send(relay.link);
    i = leaving.erase(i);
  }
  return next;
}

/// Each monitor costs an entry at the other actor, so there is one however often it joins.
void supervisor_state::watch_end_of(const caf::actor& other) {
  if (monitored.insert(other.address()).second)
    self->monitor(other);
}

/// A subscriber or a watcher has ended.
void supervisor_state::forget_subscriber(const caf::actor_addr& gone) {
  monitored.erase(gone);
  std::erase_if(watchers, [&](const caf::actor& x) { return x.address() == gone; });
  std::vector<topic> orphaned;
  for (const auto& [on, joined] : topics)
    if (joined.subscriber && joined.subscriber.address() == gone)
      orphaned.push_back(on);
  for (const auto& on : orphaned)
    leave(on);
}

caf::result<void> supervisor_state::handle_leave(const leave_topic& request) {
  if (!topics.contains(request.on))
    return make_error(errc::not_joined, "topic " + to_string(request.on) + " is not joined");
  leave(request.on);
  pump();
  return caf::unit;
}

caf::result<void> supervisor_state::handle_disconnect() {
  while (!topics.empty())
    leave(topics.begin()->first);
  for (const auto& [address, stream] : streams) {
    if (stream.session)
      ending.insert(address);
    act::mail(self, shut_down{errc::closed_locally, "disconnect", setup.opts.shutdown_timeout})
        .send(stream.actor);
  }
  auto promise = self->make_response_promise<void>();
  disconnecting.push_back(promise);
  if (!disconnect_deadline)
    disconnect_deadline = now() + longest_leaving;
  pump();
  return promise;
}

/// Answers disconnect once the connections of that moment have ended, or names the peers that may have missed something.
void supervisor_state::settle_disconnect(time_point at) {
  if (!disconnect_deadline || (!ending.empty() && at < *disconnect_deadline))
    return;
  for (const auto& address : std::exchange(ending, {})) {
    auto& stream = streams.at(address);
    cut_off.insert(stream.session->peer.id);
    caf::anon_send_exit(stream.actor, caf::exit_reason::user_shutdown);
  }
  disconnect_deadline.reset();
  std::string names;
  for (const auto& peer : std::exchange(cut_off, {}))
    names += (names.empty() ? "" : ", ") + peer;
  for (auto& promise : std::exchange(disconnecting, {})) {
    if (names.empty())
      act::done(promise);
    else
      promise.deliver(
          make_error(errc::timed_out, "closed before everything written was acknowledged by: " + names));
  }
}

// -- watching ---------------------------------------------------------------------------------------------------------

void supervisor_state::emit(std::string kind, const peer_info& peer, std::string reason) {
  swarm_event event{std::move(kind), peer, std::move(reason)};
  for (const auto& watcher : watchers)
    act::mail(self, event).send(watcher);
}

caf::result<void> supervisor_state::handle_watch(const watch_events& request) {
  if (watchers.contains(request.watcher))
    return caf::unit;
  if (watchers.size() >= max_watchers)
    return make_error(errc::limit_reached, "at most 64 watchers");
  watchers.insert(request.watcher);
  watch_end_of(request.watcher);
  return caf::unit;
}

caf::result<transport_status> supervisor_state::handle_status() {
  auto gathering = std::make_shared<status_gathering>();
  gathering->promise = self->make_response_promise<transport_status>();
  auto& status = gathering->status;
  status.id = to_string(setup.identity->id());
  status.name = to_string(setup.opts.mode);
  status.counters = counters;
  if (auto n = act::unexpected_messages.load())
    status.counters["actors.unexpected_message"] = n;
  if (setup.port)
    status.addresses.push_back(to_string(setup.port->local()));
  for (const auto& [url, relay] : relays)
    status.relays.push_back({url, relay.state});
  auto ignore = [gathering](const caf::error&) {};
  for (const auto& [address, stream] : streams) {
    if (!stream.admitted || stream.replaced)
      continue;
    status.peers.push_back({stream.session->connection, stream.session->peer});
    act::mail(self, get_status{})
        .request(caf::actor_cast<connection_actor>(stream.actor), status_wait)
        .then([gathering](connection_status& answer) { gathering->take(std::move(answer)); }, ignore);
  }
  if (dht)
    act::mail(self, get_status{})
        .request(dht, status_wait)
        .then(
            [gathering](const dht_status& answer) {
              gathering->status.dht_nodes = answer.nodes;
              gathering->status.dht_external = answer.external;
              gathering->status.dht_nat = answer.nat;
              merge_counters(gathering->status.counters, answer.counters);
            },
            ignore);
  auto children = std::vector{driver, dialler, discovery};
  for (const auto& [url, relay] : relays)
    children.push_back(relay.link);
  for (const auto& child : children)
    if (child)
      act::mail(self, get_counters{})
          .request(child, status_wait)
          .then(
              [gathering](const counter_map& answer) { merge_counters(gathering->status.counters, answer); },
              ignore);
  return gathering->promise;
}

supervisor_actor::behavior_type supervisor_state::make_behavior() {
  self->set_down_handler([this](caf::down_msg& down) { handle_down(down); });
  start_children();
  if (setup.whereabouts)
    whereabouts = setup.whereabouts();
  if (setup.watch_network)
    network_watch = setup.watch_network(self_handle());
  pump();
  return {
      [this](const connect_topic& request) { return handle_connect(request); },
      [this](const leave_topic& request) { return handle_leave(request); },
      [this](const announce_topic& request) { return handle_announce(request); },
      [this](const lookup_topic& request) { return handle_lookup(request); },
      [this](disconnect) { return handle_disconnect(); },
      [this](get_name) { return to_string(setup.opts.mode); },
      [this](get_status) { return handle_status(); },
      [this](const watch_events& request) { return handle_watch(request); },
      [this](deadline_reached) {
        wake_up.fired(now());
        pump();
      },
      [this](const dht_peers& found) { handle_dht_peers(found); },
      [this](const dial_failed& failure) {
        handle_dial_failed(failure);
        pump();
      },
      [this](const stream_started& started) { handle_stream_started(started); },
      [this](const session_established& report) {
        handle_established(report);
        pump();
      },
      [this](const session_admitted& report) {
        handle_admitted(report);
        pump();
      },
      [this](const session_closed& report) {
        handle_closed(report);
        pump();
      },
      [this](const path_wanted& want) {
        handle_path_wanted(want);
        pump();
      },
      [this](const path_switched& report) {
        handle_path_switched(report);
        pump();
      },
      [this](const pipe_failed& failure) {
        handle_pipe_failed(failure);
        pump();
      },
      [this](const stream_merged& report) {
        if (streams.erase(report.stream) > 0)
          lingering.insert(report.stream);
      },
      [this](network_changed) { handle_network_changed(); },
      [this](const topic_shared& report) { handle_shared(report); },
      [this](const relay_state_changed& change) {
        relays[change.url].state = change.state;
        peer_info relay;
        relay.address = change.url;
        emit(
            "relay_state", relay, change.reason.empty() ? change.state : change.state + ": " + change.reason);
      },
      [this](const relay_presence& presence) { handle_presence(presence); },
      [this](const circuit_offered& offer) { handle_circuit_offered(offer); },
      // Signals carry holepunching, which this transport does not do.
      [this](const relay_signal&) { ++counters["supervisor.unexpected_signal"]; },
  };
}

transport_actor spawn_supervisor(caf::actor_system& system, supervisor_setup setup) {
  return act::spawn<supervisor_state>(system, std::move(setup));
}

} // namespace warren
