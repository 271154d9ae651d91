#pragma once

#include "messages/buffer_pool.hpp"
#include "messages/bytes.hpp"
#include "messages/credit.hpp"
#include "messages/peer_id.hpp"
#include "messages/random_source.hpp"
#include "messages/time.hpp"
#include "messages/topic.hpp"
#include "transports/crypto/identity.hpp"
#include "transports/session/counters.hpp"
#include "transports/session/errc.hpp"
#include "transports/session/peek.hpp"
#include "transports/session/types.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace warren::session {

class engine;

struct config {
  std::shared_ptr<const crypto::identity> self;
  role local_role = role::initiator;
  /// Drawn once per process: tells a peer that a restarted process is another one.
  std::uint64_t instance = 0;
  /// Who must answer; anyone if empty.
  std::optional<peer_id> expected_peer;
  /// The access check; called once, with the proved id, before `established`. Everyone may if empty.
  std::function<bool(const peer_id&)> allow;
  /// Asked when this side dialled: whether a session with the peer works already. Told to the peer. No if empty.
  std::function<bool(const peer_id&)> holds_session;
  session::limits limits;
  /// Where the memory of large messages comes from, and goes back to by whoever is done with them; null: the heap.
  std::shared_ptr<buffer_pool> buffers;
};

/// One connection to one peer, over one pipe at a time (DESIGN section 6): Noise handshake, records, channels, resume.
///
/// A pipe is reliable and ordered. After any call except the getters, poll again: poll_transmit until empty, poll_event
/// until empty, poll_timeout. Nothing a peer sends throws; what it does wrong ends the session with a reason that is
/// also counted. After `closed` all calls are no-ops; what poll_transmit still gives (the close frame) is worth sending.
class noise_session {
public:
  /// `random` must outlive the session. Starts the handshake deadline.
  noise_session(config settings, random_source& random, time_point now);
  ~noise_session();
  noise_session(noise_session&&) noexcept;
  noise_session& operator=(noise_session&&) noexcept;

  /// Gives the session a pipe. The first carries the handshake and `side` must be config::local_role. A later one
  /// resumes: `side` is who dialled that pipe. The pipe is writable only after pipe_writable().
  void attach_pipe(time_point now, pipe_id pipe, role side);

  /// The pipe broke or was closed by the other end.
  void pipe_lost(time_point now, pipe_id pipe);

  /// Lets go of a pipe that does not carry the session: `pipe_released` follows. A no-op for the one that does.
  void release_pipe(pipe_id pipe);

  /// Sets how many octets the pipe takes now; poll_transmit never gives more. Call it again as the pipe drains.
  void pipe_writable(pipe_id pipe, std::size_t octets);

  /// The next octets of the pipe, cut anywhere.
  void handle_message(time_point now, pipe_id pipe, byte_view octets);

  /// Before the deadline: a no-op.
  void handle_timeout(time_point now);

  std::optional<transmit> poll_transmit(time_point now);
  std::optional<event> poll_event();
  std::optional<time_point> poll_timeout() const;

  /// True when this side decides which of several connections to the peer stays: the lower peer_id does. Only after
  /// `established`.
  bool arbiter() const noexcept;

  /// Keeps the connection; only for the arbiter, once, otherwise a no-op.
  void admit();

  /// Wants `subject` on this session; may be called at any time, also before `admitted`. `secret` is the database secret or
  /// empty. A no-op when joined already. Fails with limit_reached.
  std::error_code join_topic(const topic& subject, byte_view secret = {});

  /// Leaves the topic: what was accepted on its channel is still sent, then the channel closes.
  void leave_topic(const topic& subject);

  /// Queues one message of up to 16 MiB. Empty = accepted. would_block: more than limits::send_queue_bytes are unsent;
  /// event `writable` follows. One message is always accepted when the queue is empty. Also message_too_large, not_open.
  std::error_code write(channel_id channel, byte_view content);
  /// Takes `content` only when it is accepted.
  std::error_code write(channel_id channel, bytes&& content);
  /// The same without a copy: `content` stays valid and unchanged as long as `owner` lives.
  std::error_code write(channel_id channel, std::shared_ptr<const void> owner, byte_view content);

  /// Tells that messages received on `channel` are dealt with that cost `credit`: credit_of(size) each, an empty one too.
  void consumed(channel_id channel, std::uint64_t credit);

  /// No more messages on the channel from this side; the peer sees `finished` after the last. The other direction stays.
  void finish(channel_id channel);

  /// Ends the session in order: queued messages first, then `closed` on both sides. Another pipe is still awaited when the
  /// one in use breaks, or there is none; see limits::drain_timeout for how long. Ends at once when nothing can have been
  /// written (before `admitted`), and for errc::duplicate, when there is no pipe.
  void close(time_point now, errc reason);

  /// Ends a session that is being closed, as when limits::drain_timeout is over twice: what is unsent is dropped, and
  /// `closed` tells. A no-op otherwise.
  void cut_close();

  /// Asks for a sign of life over the pipe in use, unless one is awaited already.
  void ping() noexcept;

  /// Ends the session at once; what is unsent is dropped.
  void abort(time_point now, errc reason);

  /// Gives back to the heap what is kept for traffic as there was last; for a session that has been idle for a while.
  void release_spare() noexcept;

  bool is_established() const noexcept;
  bool is_admitted() const noexcept;
  /// True from the moment that either side closes the session, which is before the other side can know that it has ended.
  bool is_closing() const noexcept;
  bool is_closed() const noexcept;

  /// True while messages or a finish accepted by write() and finish() are not acknowledged by the peer.
  bool has_unconfirmed_data() const noexcept;
  /// The peer, once established.
  const std::optional<peer_id>& peer() const noexcept;
  /// Set once established; the shell keeps a table of it for peek_pipe_opening.
  const session_id& id() const noexcept;
  std::optional<pipe_id> active_pipe() const noexcept;
  /// Smoothed round-trip time from acknowledgements, once known.
  std::optional<duration> rtt() const noexcept;
  /// True when there are messages to send and credit for them.
  bool wants_data() const noexcept;
  /// Unsent octets queued on `channel`.
  std::size_t queued(channel_id channel) const noexcept;
  const session::counters& counters() const noexcept;

private:
  std::unique_ptr<engine> engine_;
};

} // namespace warren::session
