#pragma once

#include "messages/random_source.hpp"
#include "transports/relay/circuit_table.hpp"
#include "transports/relay/client_events.hpp"
#include "transports/relay/errc.hpp"
#include "transports/relay/reconnect_policy.hpp"
#include "transports/relay/roster.hpp"

#include <deque>
#include <functional>

namespace warren::relay {

struct client_config {
  peer_id self{};
  /// Signs with the identity's Ed25519 key.
  std::function<signature(byte_view message)> sign{};
  /// "host:port" of the relay's URL (net::url::authority()).
  std::string host{};
  /// Access token, empty for none; at most largest_token octets.
  secret_bytes token{};
  duration handshake_timeout = std::chrono::seconds{10};
  /// After check(): so many round trips of the link may the answer take, within these bounds; the longest while no round
  /// trip is known.
  int check_round_trips = 8;
  duration shortest_check = std::chrono::milliseconds{500};
  duration check_timeout = std::chrono::seconds{2};
  reconnect_policy::config reconnect{};
  /// Topics wanted at once, joined or waiting for a place below the relay's own limit.
  std::size_t topics = 256;
  /// Peers remembered over all topics; further ones are counted and not told.
  std::size_t peers = 65'536;
  /// Circuits open at once; a peer that opens one more gets circuit_reason::refused.
  std::size_t circuits = 1'024;
  /// Of these with one peer, whoever opened them: one in use, one that replaces it, and what is just ending.
  std::size_t circuits_per_peer = 4;
  /// Octets that write() queues per circuit.
  std::size_t circuit_queue = 256 * 1024;
  /// Octets given to the WebSocket and not yet taken by the kernel: poll_transmit stops above this until drained().
  std::size_t link_window = 512 * 1024;
  /// Control frames waiting; above this the link does not drain and is given up (relay_errc::queue_full).
  std::size_t control_queue = 16'384;
};

/// Refused frames and lost ones, one counter per reason.
struct client_counters {
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t octets_in = 0;
  std::uint64_t octets_out = 0;
  std::uint64_t bad_frames = 0;               ///< did not decode
  std::uint64_t unexpected_frames = 0;        ///< not allowed in this state, or only guests send it
  std::uint64_t unknown_topics = 0;           ///< members or presence of a topic we did not join
  std::uint64_t unknown_circuits = 0;         ///< data, credit or reset of a circuit we do not have
  std::uint64_t refused_circuits = 0;         ///< opened beyond config.circuits, or with an id in use
  std::uint64_t circuits_over_peer_limit = 0; ///< opened beyond config.circuits_per_peer
  std::uint64_t overflows = 0;                ///< data beyond the granted credit
  std::uint64_t bad_credits = 0;              ///< credit beyond 2^31
  std::uint64_t peers_over_limit = 0;
  std::uint64_t dials = 0;
  std::uint64_t times_online = 0;
};

/// One relay's client: keeps a link up, authenticates, keeps topics joined and carries circuits to peers. Sans-I/O.
///
/// The host obeys `dial` and `hang_up`, tells handle_connected / handle_disconnected, passes each binary message to
/// handle_message (reads are granted freely: circuits have their own credit) and each polled frame to the WebSocket. After
/// handing polled frames over it tells drained(queued_bytes()), and again from on_drained; the WebSocket's low_water must
/// be below link_window. Poll transmits, events and the timeout until empty after every call, transmits first.
class client {
public:
  client(client_config config, random_source& random);

  /// Begins: a `dial` follows. Does nothing when already started.
  void start(time_point now);

  /// Leaves in good order: circuits are closed (link_lost), a `hang_up` follows, and no redial.
  void stop(time_point now);

  /// The WebSocket asked for by `dial` is open.
  void handle_connected(time_point now);

  /// The WebSocket ended or could not be opened. The next `dial` comes after the backoff.
  void handle_disconnected(time_point now, std::error_code why);

  /// One binary message from the relay.
  void handle_message(time_point now, bytes message);

  void handle_timeout(time_point now);

  /// Something that went through the relay is silent: it must show soon (config.check_round_trips) that the link works, or
  /// the link is given up. Does nothing unless online.
  void check(time_point now);

  /// This host's addresses or routes changed. A dial that may lead from an address that is gone is given up for a new one, and
  /// so is a link that is `cut`; any other is checked. Who waits for the next dial waits no longer.
  void network_changed(time_point now, bool cut = false);

  /// The WebSocket's queue holds `queued` octets.
  void drained(time_point now, std::size_t queued);

  /// Keeps `where` joined, now and after every reconnect. Joining twice does nothing. Beyond the relay's limit a topic
  /// waits, first come first served, until another one is left (topics_waiting). Fails with too_many_topics beyond
  /// config.topics.
  std::error_code join(time_point now, const topic& where);

  /// peer_left events follow for the members of `where`.
  void leave(time_point now, const topic& where);

  /// Opens a circuit to a member of a joined topic; data may be written at once.
  result<circuit> open_circuit(time_point now, const peer_id& peer);

  /// Queues a prefix of `octets` and returns its length: less than offered when the circuit's queue or the peer's credit
  /// is used up. A circuit_writable follows when there is room again.
  std::size_t write(time_point now, circuit id, byte_view octets);

  /// Returns how many octets write() would take now; 0 for an unknown circuit.
  std::size_t writable(circuit id) const;

  /// `octets` of circuit_data were used up: lets the peer send as many more.
  void consumed(time_point now, circuit id, std::size_t octets);

  /// Ends a circuit. What was queued before is still sent. No event follows.
  void close_circuit(time_point now, circuit id, circuit_reason reason = circuit_reason::closed);

  /// Sends one datagram of 1 to largest_signal octets; may be lost.
  std::error_code signal(time_point now, const peer_id& peer, byte_view payload);

  /// Returns the next frame for the WebSocket, as long as link_window allows.
  std::optional<bytes> poll_transmit();
  std::optional<client_events> poll_event();
  std::optional<time_point> poll_timeout() const;

  bool online() const noexcept { return phase_ == phase::online; }

  /// True when `peer` shares a joined topic.
  bool reachable(const peer_id& peer) const { return roster_.contains(peer); }

  const client_counters& counters() const noexcept { return counters_; }

private:
  enum class phase { stopped, waiting, dialling, challenge_wanted, welcome_wanted, online };

  struct ending {
    std::error_code why;
    std::optional<refusal> refused;
    std::string text;
  };

  void handle_challenge(const challenge& asked);
  void handle_welcome(const welcome& told);
  void handle_error(const error& told);
  void handle_online(const frame& value, bytes message);
  void handle_open(const open& asked);
  void handle_data(const data& part, bytes message);
  void handle_credit(const credit& granted);
  void handle_end(const peer_id& peer, std::uint64_t wire_id, circuit_reason reason);
  std::vector<peer_id> without_self(std::vector<peer_id> peers) const;

  void enqueue(const frame& value);
  void answer(const frame& value);
  void drop_link();
  void lose_link(ending how);
  void hang_up(ending how);
  void ask_for_topics();
  void close_circuits(std::vector<circuit> which, circuit_reason reason);
  void tell(const roster::changes& changes);
  void redial();
  void ask_alive();
  void note_round_trip(std::uint64_t id);
  duration check_limit() const;
  void arm_heartbeat();
  void check_heartbeat();

  client_config config_;
  random_source& random_;
  time_point now_{};
  phase phase_ = phase::stopped;
  reconnect_policy reconnect_;
  std::optional<time_point> deadline_; ///< of the phase: redial, handshake or heartbeat
  time_point heard_{};
  bool pinged_ = false;
  std::optional<time_point> answer_by_; ///< after check()
  /// For the round trip: the last of our frames that is answered at once, a ping's id or 0 for the proof.
  std::optional<std::pair<std::uint64_t, time_point>> asked_;
  std::optional<duration> round_trip_;  ///< of this link, smoothed
  duration heartbeat_{};
  std::uint16_t topic_limit_ = 0;
  std::size_t told_waiting_ = 0; ///< topics_waiting as last told on this link
  std::size_t link_queued_ = 0;
  roster roster_;
  circuit_table circuits_;
  std::deque<bytes> control_;
  std::deque<client_events> events_;
  client_counters counters_;
};

} // namespace warren::relay
