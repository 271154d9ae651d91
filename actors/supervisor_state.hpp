#pragma once

// The supervisor's state. Its functions are spread over five files: children (supervisor_children.cpp), sessions
// (supervisor_sessions.cpp), discovery (supervisor_discovery.cpp), changes of this host's network (supervisor_network.cpp),
// and the interface with the topics (supervisor.cpp).

#include "actors/deadline.hpp"
#include "actors/supervisor.hpp"
#include "messages/network.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/swarm/lookup_schedule.hpp"
#include "transports/swarm/peer_book.hpp"
#include "transports/swarm/restart_policy.hpp"

#include <map>
#include <optional>
#include <set>

namespace warren {

using supervisor_actor = act::typed_actor<
    caf::result<void>(connect_topic), caf::result<void>(leave_topic), caf::result<void>(announce_topic),
    caf::result<std::vector<peer_info>>(lookup_topic), caf::result<void>(disconnect),
    caf::result<std::string>(get_name), caf::result<transport_status>(get_status),
    caf::result<void>(watch_events), caf::result<void>(deadline_reached), caf::result<void>(dht_peers),
    caf::result<void>(dial_failed), caf::result<void>(stream_started), caf::result<void>(session_established),
    caf::result<void>(session_admitted), caf::result<void>(session_closed), caf::result<void>(topic_shared),
    caf::result<void>(relay_state_changed), caf::result<void>(relay_presence),
    caf::result<void>(circuit_offered), caf::result<void>(relay_signal), caf::result<void>(path_wanted),
    caf::result<void>(path_switched), caf::result<void>(pipe_failed), caf::result<void>(stream_merged), caf::result<void>(network_changed)>;

struct supervisor_state {
  supervisor_state(supervisor_actor::pointer selfptr, supervisor_setup config);
  ~supervisor_state();

  supervisor_actor::behavior_type make_behavior();

  /// A topic that we look for (subscriber) or are only findable on (announced).
  struct joined_topic {
    secret_bytes secret;
    caf::actor subscriber;
    bool announced = false;
    swarm::lookup_schedule schedule;
    std::uint64_t looking_up = 0; // the number of the lookup under way, 0: none
    bool announcing = false;      // the DHT node was told to, and repeats it by itself
  };

  /// A connection actor from its start to its end.
  struct live_stream {
    caf::actor actor;
    std::uint64_t dial = 0; // 0: the peer dialled
    swarm::candidate remote;
    std::optional<session_established> session;
    bool admitted = false;
    bool replaced = false;    // another connection to the same peer took over; this one is ending
    std::set<topic> shared{}; // with an open channel
    time_point since{};
    std::optional<ip_address> source{}; // our address on the direct path
  };

  /// A lookup_topic that has asked the DHT.
  struct lookup_request {
    caf::typed_response_promise<std::vector<peer_info>> promise;
    std::map<endpoint, std::optional<peer_id>> found;
  };

  struct relay_child {
    caf::actor link;
    std::string state = "connecting";
  };

  // -- children (supervisor_children.cpp) -----------------------------------------------------------------------------

  void start_children();
  void start_child(const std::string& name);
  void start_discovery();
  void report_bootstrap();
  void adopt(const std::string& name, const caf::actor& child);
  void handle_down(const caf::down_msg& down);
  void end_children();
  void child_died(const std::string& name, const caf::error& reason);
  void fail_what_depended_on(const std::string& name);
  void restart_due(time_point at);
  bool has_direct_way() const;

  // -- dials and sessions (supervisor_sessions.cpp) -------------------------------------------------------------------

  void dial_due(time_point at);
  void dial(const swarm::dial_order& order);
  void dial_relayed(const swarm::dial_order& order, const swarm::relayed_peer& guest);
  void handle_path_wanted(const path_wanted& want);
  void handle_path_switched(const path_switched& report);
  void handle_pipe_failed(const pipe_failed& failure);
  void handle_dial_failed(const dial_failed& failure);
  void handle_stream_started(const stream_started& started);
  void make_room_for_circuit();
  void handle_circuit_offered(const circuit_offered& offer);
  void handle_established(const session_established& report);
  void handle_admitted(const session_admitted& report);
  void handle_closed(const session_closed& report);
  void settle_closed(const caf::actor_addr& stream, errc reason, const std::string& detail, bool unconfirmed);
  void follow(live_stream stream);
  void accept(live_stream& stream);
  void refuse(const live_stream& stream, const swarm::decision& why);
  void close_replaced(const std::vector<std::uint64_t>& connections);
  live_stream* find_connection(std::uint64_t connection);

  // -- changes of this host's network (supervisor_network.cpp) ---------------------------------------------------------

  void handle_network_changed();
  std::optional<time_point> follow_network(time_point at);
  void follow_move(time_point at);
  void look_at_sources(time_point at);
  std::optional<ip_address> source_of(const swarm::candidate& remote) const;

  // -- topics and discovery (supervisor.cpp) --------------------------------------------------------------------------

  caf::result<void> handle_connect(const connect_topic& request);
  caf::result<void> handle_announce(const announce_topic& request);
  caf::result<void> handle_leave(const leave_topic& request);
  caf::result<void> handle_disconnect();
  void settle_disconnect(time_point at);
  caf::result<void> handle_watch(const watch_events& request);
  caf::result<transport_status> handle_status();
  caf::error check_room(const topic& on) const;
  void join(const topic& on);
  void leave(topic on); // by value: the caller may hold a reference into `topics`
  std::optional<time_point> leave_relays(time_point at);
  void watch_end_of(const caf::actor& other);
  void forget_subscriber(const caf::actor_addr& gone);
  bool needs_relay(const topic& on) const;
  void emit(std::string kind, const peer_info& peer, std::string reason);

  // -- discovery (supervisor_discovery.cpp) ----------------------------------------------------------------------------

  caf::result<std::vector<peer_info>> handle_lookup(const lookup_topic& request);
  void handle_shared(const topic_shared& report);
  void finish_lookup(const topic& on, const std::shared_ptr<lookup_request>& request, const caf::error& why);
  void look_up_due(time_point at);
  void look_up(const topic& on, joined_topic& joined);
  void handle_dht_peers(const dht_peers& found);
  bool is_subscribed(const topic& on) const;
  void handle_presence(const relay_presence& presence);
  std::vector<peer_info> known_on(const topic& on) const;

  /// Does everything that is due and arms the next deadline.
  void pump();

  time_point now() const { return self->clock().now(); }

  caf::actor self_handle() const { return caf::actor_cast<caf::actor>(self); }

  supervisor_actor::pointer self;
  supervisor_setup setup;
  session_settings sessions;
  crypto::system_random random;
  swarm::peer_book book;
  swarm::restart_policy restarts;
  deadline wake_up;

  std::map<caf::actor_addr, std::string> child_names;
  std::map<std::string, time_point> pending_restarts;
  caf::actor driver;
  dht_actor dht;
  caf::actor dialler;
  caf::actor discovery;                      // null unless wanted
  std::map<std::string, relay_child> relays; // by URL, in the order of options::relay_urls only in effect

  std::map<topic, joined_topic> topics; // at most options::max_topics
  /// Left, but the relays are not told yet: a relay forwards between members of a topic only, and what was written must
  /// still get through. Until the given time at most, and of max_topics topics at most.
  std::map<topic, time_point> leaving;
  std::map<std::array<std::byte, 20>, topic> topic_of_hash;
  /// lookup_topic requests under way; each collects a bounded number of addresses, and the DHT node
  /// takes dht::config::max_lookups at once.
  std::map<std::array<std::byte, 20>, std::vector<std::shared_ptr<lookup_request>>> lookups;
  std::map<std::uint64_t, swarm::dial_order> dials; // direct ones that have no stream yet
  std::map<caf::actor_addr, live_stream> streams;
  std::map<std::uint64_t, caf::actor_addr> connection_streams;
  std::set<caf::actor_addr> lingering; // closed; still answering a peer that missed the last ACK

  std::set<caf::actor> watchers;       // at most max_watchers
  std::set<caf::actor_addr> monitored; // subscribers and watchers of now or earlier that live
  counter_map counters;                // of children and sessions that ended
  std::vector<caf::typed_response_promise<void>> disconnecting;
  std::optional<time_point> disconnect_deadline;
  std::set<caf::actor_addr> ending; // connections that disconnect waits for
  std::shared_ptr<void> network_watch;
  std::vector<ip_address> whereabouts;         // when last looked at
  std::optional<time_point> network_due;       // a change was told: when to look
  std::optional<time_point> network_looked_at; // last
  std::optional<time_point> searched_anew;     // last, because of a change
  std::uint64_t last_lookup = 0;
  bool bootstrap_failure_told = false;
  std::set<std::string> cut_off; // while disconnecting: peers that may have missed the last messages
};

} // namespace warren
