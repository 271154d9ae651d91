#pragma once

#include "transports/session/channel_table.hpp"
#include "transports/session/handshake.hpp"
#include "transports/session/liveness.hpp"
#include "transports/session/noise_session.hpp"
#include "transports/session/outputs.hpp"
#include "transports/session/pipe.hpp"
#include "transports/session/rate_meter.hpp"
#include "transports/session/record_layer.hpp"
#include "transports/session/resume.hpp"
#include "transports/session/retention.hpp"
#include "transports/session/token_bucket.hpp"

#include <list>

namespace warren::session {

/// What noise_session is made of. Each part has its own file; the engine passes frames, time and decisions between them:
/// engine.cpp (calls, phases, end), engine_pipes.cpp (pipes and resume), engine_frames.cpp (what comes in),
/// engine_transmit.cpp (what goes out).
class engine {
public:
  /// Pipes that carry the session, stand by, or try to resume. For a further one the oldest pipe gives way that the peer has
  /// not confirmed; otherwise the further one is let go at once.
  static constexpr std::size_t max_pipes = 6;
  /// Pipes beside them that somebody made for the session and that have not brought a resume request with a good proof. The
  /// oldest gives way.
  static constexpr std::size_t max_unproved_pipes = 4;

  engine(config settings, random_source& random, time_point now);

  void attach_pipe(time_point now, pipe_id id, role side);
  void pipe_lost(time_point now, pipe_id id);
  void release_pipe(pipe_id id);
  void pipe_writable(pipe_id id, std::size_t octets);
  void handle_message(time_point now, pipe_id id, byte_view octets);
  void handle_timeout(time_point now);
  std::optional<transmit> poll_transmit(time_point now);
  std::optional<event> poll_event();
  std::optional<time_point> poll_timeout() const;

  void release_spare() noexcept;

  void admit();
  void close(time_point now, errc reason);
  void cut_close();
  void ping() noexcept { liveness_.ask(); }

  /// Ends the session at once. `reason` is told to the peer if there is a way.
  void fail(errc reason, bool by_peer = false);

  bool arbiter() const noexcept;
  bool is_established() const noexcept { return records_.has_value(); }
  bool is_admitted() const noexcept { return admitted_; }
  bool is_closing() const noexcept { return closed_ || closing_.has_value(); }
  bool is_closed() const noexcept { return closed_; }
  bool has_unconfirmed_data() const noexcept;
  const std::optional<peer_id>& peer() const noexcept { return peer_; }
  const session_id& id() const noexcept;
  std::optional<pipe_id> active_pipe() const noexcept;
  const liveness& path() const noexcept { return liveness_; }
  channel_table& channels() noexcept { return channels_; }
  const channel_table& channels() const noexcept { return channels_; }
  const session::counters& counters() const noexcept { return out_.counters; }

private:
  /// What exists once the handshake is done.
  struct record_state {
    record_sealer sealer;
    record_opener opener;
    resume_keys resume;
    crypto::digest32 handshake_hash;
  };

  /// The end of a session in order: both sides send what they accepted, then a close frame, then acknowledge the other's.
  struct closing_state {
    errc reason = errc::closed_normally;
    bool by_peer = false;
    time_point deadline;
    time_point last_deadline; // whatever gets on
    bool drain_over = false;
    bool sent = false;
    std::uint64_t sent_in = 0;
    bool received = false;
  };

  // engine.cpp
  void begin_closing(time_point now, errc reason, bool by_peer);
  void close_without_pipe();
  void on_drain_progress(time_point now);
  void note_cut_short() noexcept;
  void end(errc reason, bool by_peer);
  void end_if_closed_by_both();
  void establish(time_point now, pipe& first);
  void become_admitted();
  void on_closing_deadline(time_point now);

  // engine_pipes.cpp
  pipe* find_pipe(pipe_id id) noexcept;
  bool let_go_of_oldest(pipe_phase phase);
  bool make_room_for_unproved();
  bool make_room();
  void start_resume(time_point now, pipe& fresh);
  void activate(time_point now, pipe& next);
  void release(pipe_id id, std::error_code why);
  void settle_standby(const pipe& newest);
  pipe* best_standby() noexcept;
  void hand_over(time_point now, pipe& to);
  void on_suspicion(time_point now);
  void tell_suspicion();
  void let_go_of_suspects();
  void on_hand_over(time_point now, pipe& from, const wire::hand_over& f);
  void refuse_resume(pipe& candidate, errc why);
  void forget(time_point now, pipe_id id);
  void check_resume_deadlines(time_point now);
  bool goes_before_peers(time_point now, const pipe& own) const noexcept;
  void on_resume_request(time_point now, pipe& from, byte_view body);
  void on_resume_challenge(time_point now, pipe& from, byte_view body);
  void on_resume_confirm(time_point now, pipe& from, byte_view body);

  // engine_frames.cpp
  void on_pipe_frame(time_point now, pipe& from, const pipe_frame& frame);
  void on_broken_pipe(time_point now, pipe& from, std::error_code why);
  void on_garbled_pipe(time_point now, pipe& from, errc why);
  void on_refusal(time_point now, pipe& from);
  static void put_handshake(pipe& to, byte_view message);
  void on_handshake(time_point now, pipe& from, const pipe_frame& frame);
  void on_record(time_point now, pipe& from, const pipe_frame& frame);
  void on_record_text(time_point now, pipe& from, byte_view text);
  std::error_code on_frame(time_point now, pipe& from, const wire::frame& frame);
  std::error_code on_ack(time_point now, const pipe& from, const wire::ack& f);
  std::error_code on_admit();
  void on_close(time_point now, const wire::close& f);
  void weigh_compression();

  // engine_transmit.cpp
  std::optional<transmit> take_outbox(pipe& to);
  std::optional<transmit> take_record(pipe& to);
  bool build_record(time_point now, std::size_t room);
  void put_frames(time_point now, record_text& record, std::size_t limit);
  void put_close(record_text& record, bool at_once);
  bool close_due() const noexcept;
  void acknowledge(std::uint64_t next);

  config config_;
  random_source& random_;
  outputs out_;
  std::optional<handshake> handshake_;
  std::optional<record_state> records_;
  channel_table channels_;
  retention retained_;
  record_text text_; // of the record that is being built
  liveness liveness_;
  rate_meter rate_; // of the active pipe
  std::list<pipe> pipes_;
  pipe* active_ = nullptr;
  std::optional<peer_id> peer_;
  std::optional<time_point> phase_deadline_; // handshake, then admission
  std::optional<time_point> resume_deadline_;
  std::optional<closing_state> closing_;
  std::optional<std::uint64_t>
      last_data_;               // number of the last record with a message or a finish of a channel
  std::uint64_t sent_high_ = 0; // records below were sent on some pipe
  std::uint32_t epoch_ = 0;     // of the last hand-over
  token_bucket garbled_pipes_;  // that do not end the session
  bool admitted_ = false;
  bool closed_ = false;
  bool peer_knows_cut_short_ = false;
  bool last_record_due_ = false; // after the end: close or acknowledgement
};

} // namespace warren::session
