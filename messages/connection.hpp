#pragma once

// What a connection actor and its consumer say to each other.
//
//   subscriber            transport / connection actor
//   connect(topic, me) ->                                  join
//                      <- connected                        once per peer and topic
//   grant(channel, n)  ->                                  credit: messages that cost n more may be delivered
//                      <- chunk_received*                  whole messages, in order
//   write(channel, m)  -> (reply)                          the reply comes when m was accepted: that is the back-pressure
//   finish(channel)    ->                                  no more writes from here; the peer sees peer_finished
//                      <- path_changed*                    information only: the connection goes on
//   close(channel)     ->
//                      <- closed                           exactly once, last, whatever the reason
//
// All of it works the same when consumer and connection live in different nodes of a cluster.

#include "messages/act.hpp"
#include "messages/chunk.hpp"
#include "messages/credit.hpp"
#include "messages/errc.hpp"
#include "messages/peer_id.hpp"
#include "messages/topic.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace warren {

template <class Inspector>
auto inspect(Inspector& f, peer_id& x) {
  return f(caf::meta::type_name("warren::peer_id"), x.octets);
}

template <class Inspector>
auto inspect(Inspector& f, topic& x) {
  return f(caf::meta::type_name("warren::topic"), x.octets);
}

/// One topic's channel in one connection. `connection` is random and unique among all connections; `channel` is unique
/// in it. Equal keys mean the same channel, also after it was closed.
struct channel_key {
  std::uint64_t connection = 0;
  std::uint32_t channel = 0;
  friend auto operator<=>(const channel_key&, const channel_key&) = default;
};

template <class Inspector>
auto inspect(Inspector& f, channel_key& x) {
  return act::object(
      f, x, "warren::channel_key", act::field("connection", x.connection), act::field("channel", x.channel));
}

/// How octets reach the peer now.
enum class path_kind : std::uint8_t { none, lan, direct, relay };

/// Returns "none", "lan", "direct" or "relay".
std::string to_string(path_kind kind);

/// A peer as a transport knows it. `id` is z-base-32, empty while nobody proved it (a DHT answer names addresses only).
struct peer_info {
  std::string id;
  std::string address; // "ip:port", or the relay's URL, or empty
  bool connected = false;
  path_kind path = path_kind::none;
  friend bool operator==(const peer_info&, const peer_info&) = default;
};

template <class Inspector>
auto inspect(Inspector& f, peer_info& x) {
  return act::object(
      f, x, "warren::peer_info", act::field("id", x.id), act::field("address", x.address),
      act::field("connected", x.connected), act::field("path", x.path));
}

/// What a connection tells about itself; all counts since it was established.
struct connection_status {
  std::uint64_t connection = 0;
  peer_info peer;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::int64_t rtt_us = 0; // smoothed round trip, 0 while unknown
  std::int64_t connected_ms = 0;
};

template <class Inspector>
auto inspect(Inspector& f, connection_status& x) {
  return act::object(
      f, x, "warren::connection_status", act::field("connection", x.connection), act::field("peer", x.peer),
      act::field("bytes_in", x.bytes_in), act::field("bytes_out", x.bytes_out),
      act::field("rtt_us", x.rtt_us), act::field("connected_ms", x.connected_ms));
}

/// Consumer -> connection: sends one message of at most 16 MiB. Answered when the connection accepted it; until then the
/// consumer should hold the next one back. Fails with errc::not_open, errc::too_large or the reason the channel closed.
struct write_chunk {
  std::uint32_t channel = 0;
  chunk data;
};

template <class Inspector>
auto inspect(Inspector& f, write_chunk& x) {
  return act::object(
      f, x, "warren::write_chunk", act::field("channel", x.channel), act::field("data", x.data));
}

/// Consumer -> connection: messages that cost `octets` more may be delivered. A message costs its octets and message_cost
/// (32) beside, so that a flood of empty ones is held back too; a consumer that dealt with one grants credit_of(its size)
/// again. A message that costs more than the credit left is delivered whole once any credit is left, so credit may go below
/// zero by one message.
struct grant_credit {
  std::uint32_t channel = 0;
  std::uint64_t octets = 0;
};

template <class Inspector>
auto inspect(Inspector& f, grant_credit& x) {
  return act::object(
      f, x, "warren::grant_credit", act::field("channel", x.channel), act::field("octets", x.octets));
}

/// Consumer -> connection: nothing more will be written; the peer gets peer_finished after the last message. Answered when
/// every earlier write was accepted. Ending the connection in order afterwards (leave_topic, disconnect) still delivers.
struct finish_channel {
  std::uint32_t channel = 0;
};

template <class Inspector>
auto inspect(Inspector& f, finish_channel& x) {
  return act::object(f, x, "warren::finish_channel", act::field("channel", x.channel));
}

/// Consumer -> connection: ends the channel now; `closed` follows. The connection goes on for its other topics.
struct close_channel {
  std::uint32_t channel = 0;
};

template <class Inspector>
auto inspect(Inspector& f, close_channel& x) {
  return act::object(f, x, "warren::close_channel", act::field("channel", x.channel));
}

/// Anyone -> connection or transport: how are you?
struct get_status {};

template <class Inspector>
auto inspect(Inspector& f, get_status& x) {
  return act::object(f, x, "warren::get_status");
}

/// The connection actor.
using connection_actor = act::typed_actor<
    caf::result<void>(write_chunk), caf::result<void>(grant_credit), caf::result<void>(finish_channel),
    caf::result<void>(close_channel), caf::result<connection_status>(get_status)>;

/// Connection -> consumer: a peer on the topic is connected and proved its key. First message of a channel.
struct connected {
  channel_key key;
  connection_actor connection;
  topic on;
  peer_info peer;
};

template <class Inspector>
auto inspect(Inspector& f, connected& x) {
  return act::object(
      f, x, "warren::connected", act::field("key", x.key), act::field("connection", x.connection),
      act::field("on", x.on), act::field("peer", x.peer));
}

/// Connection -> consumer: one whole message from the peer.
struct chunk_received {
  channel_key key;
  chunk data;
};

template <class Inspector>
auto inspect(Inspector& f, chunk_received& x) {
  return act::object(f, x, "warren::chunk_received", act::field("key", x.key), act::field("data", x.data));
}

/// Connection -> consumer: the peer will write nothing more; writing to it still works.
struct peer_finished {
  channel_key key;
};

template <class Inspector>
auto inspect(Inspector& f, peer_finished& x) {
  return act::object(f, x, "warren::peer_finished", act::field("key", x.key));
}

/// Connection -> consumer: octets now travel another way. Information only: nothing was lost.
struct path_changed {
  channel_key key;
  peer_info peer;
};

template <class Inspector>
auto inspect(Inspector& f, path_changed& x) {
  return act::object(f, x, "warren::path_changed", act::field("key", x.key), act::field("peer", x.peer));
}

/// Connection -> consumer: the channel is gone. Last message of a channel. Writes not yet answered fail with `reason`.
struct closed {
  channel_key key;
  errc reason = errc::none;
  std::string detail; // for people: what happened and what to do
  /// The connection ended before the peer acknowledged everything that was written on it: the last may not have arrived.
  bool unconfirmed = false;
};

template <class Inspector>
auto inspect(Inspector& f, closed& x) {
  return act::object(
      f, x, "warren::closed", act::field("key", x.key), act::field("reason", x.reason),
      act::field("detail", x.detail), act::field("unconfirmed", x.unconfirmed));
}

} // namespace warren
