#pragma once

#include "messages/secret_bytes.hpp"
#include "messages/session_record.hpp"
#include "messages/topic.hpp"
#include "transports/session/channel.hpp"
#include "transports/session/outputs.hpp"
#include "transports/session/record_text.hpp"
#include "transports/session/token_bucket.hpp"
#include "transports/session/types.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

namespace warren::session {

/// The topics of a session and their channels.
///
/// A topic is opened by either side that has joined it, at any time: channel_open with the side's own proof. The other side
/// accepts if one of its topics gives that proof, and otherwise refuses and learns nothing; it opens the topic itself
/// should it join later. If both open at the same time, each takes the other's open for the answer to its own.
///
/// A topic that is left and joined again has two channels until the first one is closed, and never more: our own next open
/// waits so long, and the peer's is refused. Otherwise a peer that knows one topic could make us hold any number of windows.
///
/// Opens are paced: max_opens_in_flight unanswered, and 4096 at once, then 32 a second; a peer that sends more than twice
/// that ends the session.
class channel_table {
public:
  static constexpr std::size_t max_opens_in_flight = 32;
  static constexpr std::size_t max_channels_per_topic = 2;

  /// `out` must outlive the table.
  channel_table(const limits& bounds, role side, outputs& out);

  // What the local side does; see noise_session for the meaning.
  std::error_code join(const topic& subject, byte_view secret);
  void leave(const topic& subject);
  /// Whether a message of `octets` is accepted now; push() then takes it.
  std::error_code check_write(channel_id id, std::size_t octets);
  void push(channel_id id, shared_octets content);
  void consumed(channel_id id, std::uint64_t credit);
  void finish(channel_id id);
  std::size_t queued(channel_id id) const noexcept;

  /// The connection is admitted: from now on topics are opened.
  void start(const std::array<std::byte, 32>& handshake_hash);

  /// Both sides compress.
  void negotiate_compression() noexcept { negotiated_ = true; }

  /// Whether the path is slow enough for it; no effect unless negotiated.
  void use_compression(bool worthwhile) noexcept { compress_ = negotiated_ && worthwhile; }

  /// The session is closing: nothing new is opened or written.
  void stop() noexcept { stopped_ = true; }

  // What the peer does. An error is a violation that ends the session.
  std::error_code on_frame(time_point now, const wire::channel_open& f);
  std::error_code on_frame(time_point now, const wire::channel_accept& f);
  std::error_code on_frame(time_point now, const wire::channel_refuse& f);
  std::error_code on_frame(time_point now, const wire::channel_close& f);
  std::error_code on_frame(time_point now, const wire::channel_data& f);
  std::error_code on_frame(time_point now, const wire::channel_window& f);
  std::error_code on_frame(time_point now, const wire::channel_finish& f);
  std::error_code on_frame(time_point now, const wire::channel_packed& f);

  /// Puts open frames that are due to the control queue.
  void request_opens(time_point now);

  /// True when fill() has credit to give, or data to send.
  bool wants_window() const noexcept { return !window_list_.empty(); }
  bool wants_data() const noexcept { return !ready_.empty(); }

  /// Appends credit frames while `record` is below `limit` octets.
  void fill_windows(record_text& record, std::size_t limit);

  /// Appends data of all channels in turn while `record` is below `limit` octets. True when a message or a finish went in.
  bool fill_data(record_text& record, std::size_t limit);

  /// True when every accepted message was put to a record.
  bool drained() const noexcept;

  /// When request_opens() has something to do.
  std::optional<time_point> deadline() const noexcept;

private:
  enum class topic_state : std::uint8_t {
    waiting, // to be opened by us
    opening, // our open is under way
    open,
    idle, // refused or closed by the peer, which opens it if it joins
  };

  struct topic_entry {
    secret_bytes secret; // until the proofs are made
    wire::mac own_proof{};
    wire::mac peer_proof{};
    topic_state state = topic_state::waiting;
    bool joined = true; // false: left while opening
    channel_id channel = 0;
  };

  using topic_map = std::unordered_map<topic, topic_entry>;

  channel* find(channel_id id) const noexcept;
  result<channel*> find_open(channel_id id) const;
  channel& add_channel(const topic& subject);
  void erase_channel(const channel& gone);
  std::size_t channels_of(const topic& subject) const noexcept;
  topic_map::iterator find_by_proof(const wire::mac& proof);
  void make_proofs(const topic& subject, topic_entry& entry);
  void become_open(channel& subject, channel_id remote_id, std::uint32_t window);
  void request_close(channel& subject);
  void mark_ready(channel& subject);
  void list_window(channel& subject);
  bool must_wait_for_credit(const channel& subject);
  void settle_incomplete(channel_id of, std::size_t octets);
  bool fill_channel(channel& subject, record_text& record, std::size_t limit);
  void fill_end(channel& subject, record_text& record);
  void pack(channel& subject);
  void tell_writable(channel& subject);

  const limits& limits_;
  role side_;
  outputs& out_;
  bool stopped_ = false;
  bool negotiated_ = false; // compression
  bool compress_ = false;
  std::optional<std::array<std::byte, 32>> handshake_hash_;
  topic_map topics_;
  std::unordered_map<channel_id, std::unique_ptr<channel>> channels_;
  bool wrote_message_ = false; // by fill_data
  channel_id next_id_ = 1;
  std::deque<topic> open_queue_;
  std::size_t opens_in_flight_ = 0;
  token_bucket own_opens_;
  token_bucket peer_opens_;
  bool own_opens_exhausted_ = false;
  std::deque<channel_id> ready_;
  std::deque<channel_id> window_list_;
  std::size_t incomplete_ = 0;                    // channel::incomplete() of all channels
  std::optional<channel_id> completing_;          // gets credit beyond limits::incomplete_bytes
  std::deque<channel_id> waiting_for_completion_; // owed credit for fragments
};

} // namespace warren::session
