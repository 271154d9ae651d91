#pragma once

#include "messages/endpoint.hpp"
#include "messages/random_source.hpp"
#include "messages/time.hpp"
#include "transports/relay/deadlines.hpp"
#include "transports/relay/guest.hpp"
#include "transports/relay/membership.hpp"
#include "transports/relay/server_events.hpp"

#include <functional>

namespace warren::relay {

/// A server_config::rate that holds nobody back.
inline constexpr std::uint32_t unlimited_rate = 0;

struct server_config {
  /// Checks an Ed25519 signature.
  std::function<bool(const peer_id& key, byte_view message, const signature& proof)> verify{};
  /// "host:port" spellings under which guests reach this relay, in lower case. A guest that signed for another one was led
  /// here by a relay that passed our challenge on, and is refused; so is everyone while this is empty.
  std::vector<std::string> hosts{};
  /// Wanted from every guest; empty: none wanted. At most largest_token octets.
  secret_bytes token{};
  std::size_t guests = 4'096;
  std::size_t guests_per_address = 64; ///< the shell tells an IPv6 /64 as one address
  std::uint16_t topics_per_guest = 256;
  /// Octets per second read from one guest in the long run: more than a guest's uplink carries, and little enough that one
  /// guest cannot take a relay's gigabit for itself.
  std::uint32_t rate = 16 * 1024 * 1024;
  /// Octets a guest may send at once above its rate.
  std::uint32_t burst = 4 * 1024 * 1024;
  /// Octets of one sender waiting at the relay before it is not read from.
  std::uint32_t sender_queue = 1024 * 1024;
  /// Octets of control frames waiting for one guest; above this it is a slow reader and dropped at once.
  std::size_t control_queue = 4 * 1024 * 1024;
  /// Octets given to one guest's WebSocket and not yet taken by the kernel.
  std::size_t link_window = 256 * 1024;
  /// Messages read ahead from one guest; bounds what arrives after throttling began.
  std::size_t read_ahead = 8;
  duration handshake_timeout = std::chrono::seconds{10};
  /// A ping goes to a guest silent for this long; after three of these it is dropped.
  std::chrono::milliseconds heartbeat{15'000};
  /// A guest is dropped when its WebSocket does not drain (no drained() below link_window) for this long while
  /// something waits for it.
  duration slow_reader = std::chrono::seconds{20};
};

/// Refused frames and guests, one counter per reason, and what passed through. For /metrics.
struct server_counters {
  std::uint64_t frames_in = 0;
  std::uint64_t octets_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t octets_out = 0;
  std::uint64_t forwarded = 0; ///< guest-to-guest frames passed on
  std::uint64_t forwarded_octets = 0;
  std::uint64_t authenticated = 0;
  std::uint64_t throttled = 0;       ///< times reading from a guest stopped
  std::uint64_t bad_frames = 0;      ///< did not decode
  std::uint64_t oversized = 0;       ///< larger than largest_frame
  std::uint64_t unauthenticated = 0; ///< anything but auth before authentication
  std::uint64_t unexpected = 0;      ///< a frame that only relays send, or auth twice
  std::uint64_t unsupported = 0;
  std::uint64_t bad_signatures = 0;
  std::uint64_t bad_hosts = 0;
  std::uint64_t bad_tokens = 0;
  std::uint64_t over_limit = 0; ///< guests refused: relay full
  std::uint64_t over_address_limit = 0;
  std::uint64_t over_topic_limit = 0;
  std::uint64_t not_a_member = 0;    ///< leave of a topic not joined
  std::uint64_t unknown_peer = 0;    ///< guest-to-guest frame to a peer that is not here
  std::uint64_t no_shared_topic = 0; ///< guest-to-guest frame to a peer without a common topic
  std::uint64_t dropped_signals = 0; ///< signals to a guest whose queue is full
  std::uint64_t handshake_timeouts = 0;
  std::uint64_t replaced = 0;
  std::uint64_t slow_readers = 0;
  std::uint64_t silent = 0;
};

/// The relay: lets guests in, tells members of a blinded topic of each other, and passes circuits on between them. Keeps
/// no state about circuits. Sans-I/O.
///
/// Fairness: what waits for a slow reader is served by deficit round robin over its senders; a sender with sender_queue
/// octets waiting anywhere is not read from until they drain. Bound: guests * (sender_queue + read_ahead *
/// largest_frame + control_queue + link_window) octets.
class server {
public:
  server(server_config config, random_source& random);

  /// Replaces config.hosts: what was not known before the port was bound.
  void reachable_as(std::vector<std::string> hosts) { config_.hosts = std::move(hosts); }

  /// A WebSocket was accepted. Grants and the challenge follow, or an error and close_guest.
  void guest_connected(time_point now, guest_id id, const ip_address& from);

  /// One binary message of a guest.
  void handle_message(time_point now, guest_id id, bytes message);

  /// The guest's WebSocket ended by itself.
  void guest_gone(time_point now, guest_id id);

  /// The guest's WebSocket queue fell to `queued` octets.
  void drained(time_point now, guest_id id, std::size_t queued);

  void handle_timeout(time_point now);

  /// Tells all guests (refusal::shutting_down) and closes them.
  void shut_down(time_point now);

  /// Poll all three until empty after every call, transmits first. After handing polled frames to a WebSocket, tell
  /// drained(queued_bytes()), and again from on_drained; its low_water must be below link_window.
  std::optional<guest_transmit> poll_transmit();
  std::optional<server_events> poll_event();
  std::optional<time_point> poll_timeout() const;

  const server_counters& counters() const noexcept { return counters_; }
  /// Guests now, authenticated or not.
  std::size_t guests() const noexcept { return guests_.size(); }
  std::size_t topics() const noexcept { return membership_.topics(); }

private:
  void handle_auth(guest& from, const auth& proof);
  void handle_online(guest& from, const frame& value, bytes message);
  void handle_join(guest& from, const join& entering);
  void handle_leave(guest& from, const leave& leaving);
  void handle_signal(guest& from, const peer_id& peer, bytes message);
  std::optional<refusal> check(const guest& from, const auth& proof);
  void tell_members(guest& to, const blinded_topic& where);
  bool share_topic(const guest& a, const guest& b) const;
  guest* reach(guest& from, const peer_id& peer);
  void route(guest& from, const peer_id& peer, bytes message, std::optional<std::uint64_t> bounce);
  void forward(guest& from, guest& to, bytes message);

  guest* find(guest_id id);
  guest* find(const peer_id& peer);
  void refuse(guest& which, refusal reason, std::string text);
  void forget(guest& which, std::optional<refusal> reason);
  void announce_departure(guest& which);
  void release_queue(guest& which);
  void enqueue(guest& to, const frame& value);
  void enqueue_about(guest& to, const peer_id& peer, const frame& value);
  void queued(guest& to);
  void drop_overflowed();
  void wake(guest& which);
  guest_transmit count_out(guest_transmit sent);
  void settle_reads(guest& which);
  void check_deadlines(guest& which);
  void arm(guest& which);

  struct farewell {
    guest_transmit last;
    refusal reason;
  };

  server_config config_;
  random_source& random_;
  time_point now_{};
  std::unordered_map<guest_id, guest> guests_;
  std::unordered_map<peer_id, guest_id> by_peer_;
  std::unordered_map<ip_address, std::size_t> by_address_;
  membership membership_;
  deadlines deadlines_;
  std::deque<guest_id> ready_;
  std::vector<guest_id> overflowed_;
  std::deque<farewell> farewells_;
  std::deque<server_events> events_;
  server_counters counters_;
};

} // namespace warren::relay
