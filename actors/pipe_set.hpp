#pragma once

#include "actors/relay_pipe.hpp"
#include "actors/udx_pipe.hpp"
#include "transports/session/noise_session.hpp"

#include <map>

namespace warren {

/// The pipes of one session, between the machine and what carries them. Bounded by session::engine are those that are the
/// session's; those that it has let go of stay until they have said their last word, and no longer than end_timeout.
class pipe_set {
public:
  /// A pipe whose peer has acknowledged all, our end included, and does not end its own side is given up after this.
  /// UDX has no timer of its own for that: its peer may go on for as long as it likes, and nobody here listens any more.
  static constexpr duration peer_end_timeout = std::chrono::seconds{15};

  /// A pipe that the session has let go of is given up after this, whatever is still on it: what the peer had not got by
  /// then goes over another pipe, or the session has ended without it.
  static constexpr duration end_timeout = std::chrono::seconds{30};

  struct entry {
    std::unique_ptr<pipe> line;
    udx_pipe* udx = nullptr;     // line, when it is a UDX stream
    relay_pipe* relay = nullptr; // line, when it is a circuit
    std::uint64_t dial = 0;      // the supervisor's name for the dial that led to it, until that is settled
    bool ended = false;          // the session uses it no more
    std::optional<time_point> give_up_at{}; // once ended; earlier when all is acknowledged
    bool waits_for_peer = false;            // all is acknowledged
  };

  using sink = std::function<void(session::pipe_id, byte_view)>;

  session::pipe_id add(std::unique_ptr<udx_pipe> direct, std::uint64_t dial);
  session::pipe_id add(std::unique_ptr<relay_pipe> circuit, std::uint64_t dial);

  entry* find(session::pipe_id id);
  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }

  /// Returns the UDX stream that we call `local_id`, or nothing.
  std::optional<session::pipe_id> udx_stream(std::uint32_t local_id) const;

  /// Returns the UDX streams that the session uses.
  std::vector<session::pipe_id> direct() const;

  /// Returns the circuit of that link and id, or null.
  relay_pipe* circuit(const caf::actor_addr& link, circuit_id id);

  /// Closes every circuit through the relay at `url`, which is gone.
  void relay_lost(const std::string& url);

  void handle_packets(time_point now, const net::packet_batch& batch, const sink& take);
  void handle_timeout(time_point now);

  /// Hands what has arrived to `take`.
  void receive(time_point now, const sink& take);

  /// The same, and sends what is due.
  void drive(time_point now, const sink& take);

  /// Moves what `session` has for its pipes. Returns true when something moved.
  bool transmit(time_point now, session::noise_session& session);

  void release_spare();

  std::optional<time_point> next_deadline() const;

  /// The session lets go of the pipe: what was written to it still goes out, or not if `at_once`.
  void end(time_point now, session::pipe_id id, bool at_once);
  void end_all(time_point now, bool at_once);

  /// Takes the pipes that broke or were closed by the other end since the last call; the session must be told.
  std::vector<session::pipe_id> take_lost(time_point now);

  /// Removes a stream from the set as it is.
  std::unique_ptr<udx_pipe> release_udx(session::pipe_id id);

  /// Forgets a circuit that somebody else has now.
  void abandon(session::pipe_id id);

  /// Gives up the pipes that should have ended by now, and drops those that need no more calls. Call after every drive().
  void reap(time_point now);

  bool all_flushed() const;

  void count_into(counter_map& out) const;

private:
  session::pipe_id add(entry fresh);
  static void limit_ending(time_point now, entry& e);

  std::map<session::pipe_id, entry> entries_;
  session::pipe_id last_id_ = 0;
};

} // namespace warren
