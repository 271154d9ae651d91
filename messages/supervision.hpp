#pragma once

// Between the supervisor of a transport and its children; never leaves the process.
//
//   supervisor -> dial_endpoint     dial_peer
//   dial_endpoint -> supervisor     dial_failed                        or else its noise_stream tells stream_started
//   noise_stream -> supervisor      session_established                the peer proved its key
//   supervisor -> noise_stream      admit_session | shut_down          if we are the arbiter (lower peer id)
//   noise_stream -> supervisor      session_admitted                   if the peer is the arbiter
//   supervisor -> noise_stream      topic_joined*, topic_left*         from then on
//   noise_stream -> supervisor      topic_shared*                      as channels open and close
//   noise_stream -> supervisor      session_closed                     once, last
//
// Another pipe for a connection that stands:
//   noise_stream -> supervisor      path_wanted                        its path is silent, or gone
//   supervisor -> dial_endpoint     dial_peer with `attach`            which gives the pipe to the noise_stream: pipe_offered
//   supervisor -> noise_stream      open_path                          through a relay
//   noise_stream -> supervisor      path_switched | pipe_failed
//   noise_stream -> noise_stream    pipe_offered                       an inbound pipe that belongs to the other's session
//   noise_stream -> supervisor      stream_merged                      and the first one ends

#include "messages/connection.hpp"
#include "messages/endpoint.hpp"
#include "messages/secret_bytes.hpp"

#include <map>

namespace warren {

/// `dial` is the supervisor's name for the attempt. `attach`: the noise_stream that wants another pipe, none for a new one.
struct dial_peer {
  std::uint64_t dial = 0;
  endpoint to;
  caf::actor attach;
};

struct dial_failed {
  std::uint64_t dial = 0;
  std::string reason;
};

/// A stream stands and its connection actor is running the handshake. `dial` is 0 for a stream that the peer opened.
struct stream_started {
  std::uint64_t dial = 0;
  endpoint remote;
  caf::actor stream;
};

/// `connection` is unique in this process. `instance` tells one run of the peer's process from the next.
struct session_established {
  std::uint64_t connection = 0;
  peer_info peer;
  peer_id id;
  std::uint64_t instance = 0;
  bool initiator = false;
  bool arbiter = false;
  bool peer_holds_session = false; // see session::established
  caf::actor stream;
};

struct admit_session {};

struct session_admitted {
  std::uint64_t connection = 0;
};

/// `counters` are the session's and its pipe's refusals, by stable name. `unconfirmed`: see session::closed.
struct session_closed {
  std::uint64_t connection = 0;
  caf::actor_addr stream;
  errc reason = errc::none;
  std::string detail;
  bool unconfirmed = false;
  std::map<std::string, std::uint64_t> counters;
};

struct path_wanted {
  std::uint64_t connection = 0;
};

/// Opens a circuit to the connection's peer through `link`, as another pipe.
struct open_path {
  std::uint64_t dial = 0;
  caf::actor link;
  std::string url;
};

/// The connection runs over another pipe, or over the same one again after a silence. `dial` is 0 if the peer dialled it.
struct path_switched {
  std::uint64_t connection = 0;
  std::uint64_t dial = 0;
  peer_info peer;
};

/// A dialled pipe came to nothing. `no_such_session`: whoever answered does not know the connection.
struct pipe_failed {
  std::uint64_t dial = 0;
  bool no_such_session = false;
};

/// The inbound pipe of `stream` belongs to another connection and was given to it.
struct stream_merged {
  caf::actor_addr stream;
};

/// udx_pipe -> dial_endpoint: the stream that we call `local_id` is gone.
struct stream_released {
  std::uint32_t local_id = 0;
};

/// udx_pipe -> dial_endpoint: the peer of the inbound stream that we call `local_id` has proved its key. Once.
struct stream_proved {
  std::uint32_t local_id = 0;
};

/// dial_endpoint -> noise_stream: too many streams have a peer that has proved nothing, and this one gives way. Ignored when
/// the peer has done so by now.
struct stream_unwanted {
  std::uint32_t local_id = 0;
};

/// noise_stream -> dial_endpoint: the inbound stream that we call `local_id` was given to this one. Should it have had to give
/// way meanwhile, that may have been told to its former owner, or too early here; it is told again.
struct stream_adopted {
  std::uint32_t local_id = 0;
};

/// supervisor -> noise_stream: the link to the relay is gone, and every circuit through it.
struct relay_lost {
  std::string url;
};

/// A topic of ours: its channels' messages go to `subscriber`.
struct topic_joined {
  topic on;
  secret_bytes secret;
  caf::actor subscriber;
};

struct topic_left {
  topic on;
};

/// A channel for the topic has opened (the peer is on it too), or has closed.
struct topic_shared {
  std::uint64_t connection = 0;
  topic on;
  bool open = false;
};

/// Anyone -> dial_endpoint, io_driver, relay_link: what was refused, by stable name.
struct get_counters {};

using counter_map = std::map<std::string, std::uint64_t>;

} // namespace warren
