#pragma once

#include "messages/control_packet.hpp"
#include "messages/random_source.hpp"
#include "messages/result.hpp"
#include "messages/time.hpp"
#include "messages/transmit.hpp"
#include "transports/dial/config.hpp"
#include "transports/dial/cookie_jar.hpp"
#include "transports/dial/counters.hpp"
#include "transports/dial/errc.hpp"
#include "transports/dial/events.hpp"
#include "transports/dial/inbound_table.hpp"
#include "transports/dial/opening_rate.hpp"
#include "transports/dial/unproved_streams.hpp"

#include <deque>
#include <map>
#include <unordered_set>

namespace warren::dial {

/// Agrees on UDX stream ids with other hosts: one per UDP socket, any number of attempts in both directions. It gives
/// out the socket's local stream ids, so there must be no other source of them.
///
/// Bounds: attempts in flight (dial() fails beyond), inbound streams whose peer is proved (refused beyond) and is not yet, in
/// total and per source (the oldest gives way), openings per source and second (refused beyond), remembered openings (the oldest forgotten), outgoing replies not yet polled (dropped beyond; the initiator repeats).
/// A source that has not proved to receive at its address causes no state and no reply larger than its packet.
///
/// After any call poll again: transmits, events, the deadline.
class endpoint {
public:
  /// `random` must outlive the endpoint.
  endpoint(config settings, random_source& random);

  /// Starts an attempt to open a stream to `to`. Fails with too_many_attempts or bad_endpoint.
  result<attempt_id> dial(time_point now, const warren::endpoint& to);

  /// Forgets an attempt: no event will come for it. Unknown attempts are ignored.
  void cancel(attempt_id attempt);

  /// Says that the peer of the inbound stream with this local id has proved its key: it gives way to nobody any more. Other
  /// ids are ignored.
  void prove(std::uint32_t local_id);

  /// Says that the stream with this local id is gone, so that its place is free. Unknown ids are ignored. The id is not
  /// given out again while a late repetition of its `open` could arrive.
  void release(time_point now, std::uint32_t local_id);

  void handle_packet(time_point now, const warren::endpoint& from, byte_view datagram);
  void handle_timeout(time_point now);
  std::optional<transmit> poll_transmit();
  std::optional<event> poll_event();
  std::optional<time_point> poll_timeout() const;

  const counters& stats() const noexcept { return counters_; }

  std::size_t attempts_in_flight() const noexcept { return attempts_.size(); }

  std::size_t inbound_streams() const noexcept { return inbound_.live(); }

  /// True from given_way until the stream is released, unless its peer proves itself.
  bool gave_way(std::uint32_t local_id) const;

  std::size_t unproved_streams() const noexcept { return unproved_.size(); }

private:
  struct pending {
    warren::endpoint to;
    std::uint32_t local_id = 0;
    control::nonce token{};
    control::cookie_value cookie{};
    time_point give_up_at;
    time_point repeat_at;
    duration interval{};
  };
  using attempt_map = std::map<attempt_id, pending>;

  void handle(time_point now, const warren::endpoint& from, const control::open& packet);
  void handle(time_point now, const warren::endpoint& from, const control::cookie& packet);
  void handle(time_point now, const warren::endpoint& from, const control::accept& packet);
  void handle(time_point now, const warren::endpoint& from, const control::refuse& packet);
  void handle(time_point now, const warren::endpoint& from, const control::foreign_open& packet);
  void handle_proven_open(time_point now, const warren::endpoint& from, const control::open& packet);
  bool admits(time_point now, const ip_address& from);
  void make_room(const ip_address& from);
  void give_way(std::uint32_t local_id);
  void send_accept(const warren::endpoint& from, const control::open& packet, std::uint32_t local_id);
  void count_refused(std::error_code why);
  attempt_map::iterator find_attempt(
      const warren::endpoint& from, std::uint32_t id, const control::nonce& token);
  void send_open(const pending& to);
  void fail(attempt_map::iterator it, errc reason);
  void fail_silently(attempt_map::iterator it);
  void enqueue(const warren::endpoint& to, bytes payload);
  std::uint32_t allocate_id();

  config config_;
  random_source& random_;
  cookie_jar cookies_;
  inbound_table inbound_;
  dial::unproved_streams unproved_; // of them
  opening_rate openings_;
  attempt_map attempts_;
  std::map<std::uint32_t, attempt_id> attempt_by_local_id_;
  std::unordered_set<std::uint32_t> outbound_ids_; // of attempts and of streams they led to, until released
  std::deque<transmit> transmits_;
  std::deque<event> events_;
  counters counters_;
  attempt_id next_attempt_ = 1;
};

} // namespace warren::dial
