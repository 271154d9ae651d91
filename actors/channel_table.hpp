#pragma once

#include "messages/types.hpp"
#include "transports/session/noise_session.hpp"

#include <deque>
#include <map>
#include <variant>
#include <vector>

namespace warren {

/// The channels of one connection towards their consumers: credit, messages that wait for credit, writes and finishes
/// that wait for the session. Lives inside the connection actor.
///
/// Bounds: messages that wait for credit are bounded by the session's receive window (the peer gets no credit back for
/// them); writes that wait by max_waiting_writes per channel, beyond which a write fails with errc::limit_reached.
class channel_table {
public:
  static constexpr std::size_t max_waiting_writes = 64;

  /// Messages that come to take() have their memory from `buffers`.
  channel_table(
      session::noise_session& session, std::uint64_t connection, caf::scheduled_actor& self,
      std::shared_ptr<buffer_pool> buffers)
      : session_{session}, connection_{connection}, self_{self}, buffers_{std::move(buffers)} {
    // nop
  }

  bool empty() const noexcept { return channels_.empty(); }

  /// Tells `consumer` of a new channel.
  void open(
      session::channel_id channel, const topic& on, caf::actor consumer, const connection_actor& self,
      const peer_info& peer);

  /// Tells all consumers that `peer` is reached another way.
  void path_changed(const peer_info& peer);

  /// Takes a message of the peer; delivered as far as credit goes.
  void take(session::message message);

  void grant(session::channel_id channel, std::uint64_t octets);

  /// Answers `promise` when the session accepted the message, with the next answer_writes().
  void write(session::channel_id channel, chunk data, caf::typed_response_promise<void> promise);

  void finish(session::channel_id channel, caf::typed_response_promise<void> promise);

  /// Answers the writes that were accepted: all at once, so that a consumer that writes on is woken once for them.
  void answer_writes();

  /// The session takes messages on the channel again.
  void writable(session::channel_id channel);

  void peer_finished_on(session::channel_id channel);

  /// Marks the channels of `on`: they will end because this side left the topic, whatever is joined until then.
  void leave(const topic& on);

  /// Returns whether this side left the topic of the channel while it was open.
  bool was_left(session::channel_id channel) const;

  /// Returns whether a channel of `on` is open.
  bool has_topic(const topic& on) const;

  /// The channel's topic, or nothing when there is no such channel.
  std::optional<topic> topic_of(session::channel_id channel) const;

  /// Tells the consumer, fails what waits, forgets the channel. What the peer sent before and the consumer gave no credit
  /// for is delivered first: it was accepted.
  void close(session::channel_id channel, errc reason, const std::string& detail, bool unconfirmed = false);

  void close_all(errc reason, const std::string& detail, bool unconfirmed);

private:
  struct finish_request {};

  struct waiting {
    std::variant<chunk, finish_request> what;
    caf::typed_response_promise<void> promise;
  };

  struct channel_state {
    topic on;
    caf::actor consumer;
    std::int64_t credit = 0;
    std::deque<bytes> undelivered;
    bool peer_finished = false;
    bool left = false;
    std::deque<waiting> queue; // in the order written
  };

  channel_key key_of(session::channel_id channel) const { return {connection_, channel}; }

  void deliver(session::channel_id channel, channel_state& state, bool ignore_credit);
  void enqueue(session::channel_id channel, waiting next);
  void drain_queue(session::channel_id channel, channel_state& state);
  std::error_code write_to_session(session::channel_id channel, const chunk& data);

  session::noise_session& session_;
  std::uint64_t connection_;
  caf::scheduled_actor& self_;
  std::shared_ptr<buffer_pool> buffers_;
  std::map<session::channel_id, channel_state> channels_;
  std::vector<caf::typed_response_promise<void>> accepted_; // and not answered yet
};

} // namespace warren
