#pragma once

#include "messages/bytes.hpp"
#include "messages/peer_id.hpp"
#include "messages/time.hpp"
#include "messages/topic.hpp"
#include "transports/session/errc.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <variant>

namespace warren::session {

/// Names a pipe towards its session; the shell chooses it and never uses one twice with the same session.
using pipe_id = std::uint32_t;

/// Names a channel on this side of the session.
using channel_id = std::uint32_t;

/// Names the session towards both peers and on resume frames. Not a secret.
struct session_id {
  std::array<std::byte, 16> octets{};
  friend auto operator<=>(const session_id&, const session_id&) = default;
};

/// Who dialled: the initiator of a session or of a pipe.
enum class role : std::uint8_t { initiator, responder };

/// Returns the role of the other side.
constexpr role other(role side) noexcept {
  return side == role::initiator ? role::responder : role::initiator;
}

/// Every bound of a session. What happens at a bound stands with it.
struct limits {
  /// Handshake not finished: closed{handshake_timeout}.
  duration handshake_timeout = std::chrono::seconds{10};
  /// Neither admit nor close after the handshake: closed{admission_timeout}.
  duration admission_timeout = std::chrono::seconds{10};
  /// After close(), with a pipe or without one: when nothing of the messages accepted before was acknowledged and nothing of
  /// the peer's came for so long, the rest is dropped and the close frame goes; the peer's own close is awaited once more as
  /// long. closed::unconfirmed tells.
  duration drain_timeout = std::chrono::seconds{10};
  /// So long may both take together, however much gets on. At least twice drain_timeout.
  duration longest_drain = std::chrono::minutes{2};
  /// Silence after which a ping is sent on a path that was of use since the last one, so that an application which waits for
  /// an answer does not wait long on a dead path.
  duration ping_after = std::chrono::seconds{5};
  /// The same for a path that was not: it keeps NAT mappings open (RFC 4787 REQ-5 wants two minutes of them, many give 30 s)
  /// and finds a dead path in the end. Only the initiator's session pings as long as its pings come: it does so up to a quarter
  /// early, at random, so that connections which were used at the same moment do not stay in step; the responder a quarter late.
  duration idle_ping_after = std::chrono::seconds{20};
  /// Nothing of what is in flight acknowledged for four round trips (where queues are full, four times what passes between
  /// acknowledgements, see liveness), within these bounds: the pipe is suspect. A standby pipe takes over at once; without
  /// one, event pipe_suspect asks for others.
  duration suspect_at_least = std::chrono::milliseconds{800}; // so that two dead paths in a row cost less than 2 s
  duration suspect_at_most = std::chrono::seconds{3};
  /// Something unacknowledged for so long: the pipe is given up, event pipe_dead.
  duration dead_after = std::chrono::seconds{15};
  /// Both sides resume at the same time: the arbiter's pipe goes before the peer's for so long. Its own may lead nowhere.
  duration resume_precedence = std::chrono::seconds{1};
  /// Pipes that carried garbled octets and were given up for it, of each session; so often does one more become free
  /// again. Beyond it the session ends with the reason.
  std::uint32_t garbled_pipes = 8;
  duration garbled_pipe_interval = std::chrono::minutes{1};
  /// Without a pipe for so long: closed{path_lost}.
  duration resume_window = std::chrono::seconds{60};
  /// Acknowledgements wait so long for data to ride on.
  duration ack_delay = std::chrono::milliseconds{10};
  /// Unacknowledged sealed records kept for a resume, octets; beyond it no data is sent until an ack comes.
  std::size_t retained_bytes = 4u << 20;
  /// Credit given to the peer per channel, octets; it stops sending at the end of it.
  std::uint32_t receive_window = 1u << 20;
  /// Unsent octets per channel beyond which write() answers would_block.
  std::size_t send_queue_bytes = 1u << 20;
  /// Both sides must want it; then what shrinks is sent compressed while the path is slow enough for that.
  bool compression = true;
  /// Octets per second that the path delivers; from here on messages are sent as they are. Level 1 of zstd takes some 500 MB/s,
  /// so what an eighth is saved of gets through faster below 64 MB/s, and what shrinks more does all the more.
  std::uint64_t compress_below = 64'000'000;
  /// Topics of one session; join_topic() answers limit_reached beyond it. A topic has at most two channels, one that is being
  /// closed and a fresh one; the peer's opens beyond that are refused, our own wait.
  std::size_t channels = 4096;
  /// Octets of messages that are not complete yet, on all channels. Beyond it fragments are not paid back until a message
  /// completes or its channel closes, except on one channel, so that one message always can be completed. What is held is
  /// thus at most so much, one message, and a window of each channel.
  std::size_t incomplete_bytes = 64u << 20;
  /// A new key after so many records or so much time, whichever is first (DESIGN section 2). At most 2^20 records.
  std::uint64_t rekey_after_records = 1u << 20;
  duration rekey_after = std::chrono::hours{1};
};

/// Octets to be written to a pipe, in the order given. `data` is valid until the next call that is not const, and as long as
/// somebody holds `owner`, unless that is null.
struct transmit {
  pipe_id pipe = 0;
  byte_view data;
  std::shared_ptr<const void> owner{};
};

/// The handshake is done and the peer is who it says. If arbiter() the shell now calls admit() or close(), otherwise it
/// waits for `admitted` or `closed`.
struct established {
  peer_id peer;
  std::uint64_t instance = 0; ///< Of the peer: another value means that its process was restarted.
  role local_role = role::initiator;
  bool peer_holds_session = false; ///< The peer dialled, and has a session with us that it has not given up.
};

/// The arbiter keeps the connection: topics are being opened from now on. Comes on both sides.
struct admitted {};

/// Both sides know the topic: `channel` carries its messages.
struct channel_opened {
  channel_id channel = 0;
  warren::topic topic;
};

/// The peer does not know the topic now. It opens it itself if it joins later.
struct channel_refused {
  warren::topic topic;
};

/// A whole message. Give its credit back with consumed() once it is dealt with.
struct message {
  channel_id channel = 0;
  bytes content;
};

/// The peer sends no more messages on the channel; this side may still do.
struct finished {
  channel_id channel = 0;
};

/// After a write() that answered would_block: the channel takes messages again.
struct writable {
  channel_id channel = 0;
};

/// The channel is gone; unsent messages of it were dropped if the peer closed it.
struct channel_closed {
  channel_id channel = 0;
};

/// The session no longer uses the pipe: close it once everything transmitted before has been written.
struct pipe_released {
  pipe_id pipe = 0;
  /// Empty when another pipe took over or the session ended. A fault of a record: the pipe carried garbled octets.
  std::error_code why;
};

/// Nothing was acknowledged on the pipe for limits::dead_after, or it was silent until another one took over. The session
/// has let go of it; close it.
struct pipe_dead {
  pipe_id pipe = 0;
};

/// The pipe that carries the session is silent and there is no other: attach what can be had. It stays in use meanwhile.
struct pipe_suspect {
  pipe_id pipe = 0;
};

/// Both sides have left the pipe for another one. It stays attached, carries nothing, and takes over when that one fails,
/// unless let go of with release_pipe(). At most one is kept; older ones are released.
struct pipe_standby {
  pipe_id pipe = 0;
};

/// Another pipe carries the session from now on (also told about the first one).
struct pipe_active {
  pipe_id pipe = 0;
};

/// The session has no pipe and ends at `until` unless one is attached and resumes. Told again by a close() meanwhile, which
/// still delivers what was accepted before it and may end earlier.
struct pipe_needed {
  time_point until;
};

/// The last event. `why` is of session::errc; `by_peer` tells who decided; `unconfirmed`: messages were accepted that the
/// peer has not acknowledged, so whether they arrived is unknown.
struct closed {
  std::error_code why;
  bool by_peer = false;
  bool unconfirmed = false;
};

using event = std::variant<
    established, admitted, channel_opened, channel_refused, message, finished, writable, channel_closed,
    pipe_active, pipe_released, pipe_dead, pipe_suspect, pipe_standby, pipe_needed, closed>;

} // namespace warren::session
