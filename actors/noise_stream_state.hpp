#pragma once

// The state of the connection actor. Its functions are spread over three files: behaviour and the session's end
// (noise_stream.cpp), what the session says (noise_stream_events.cpp), and its pipes (noise_stream_pipes.cpp).

#include "actors/channel_table.hpp"
#include "actors/conversation.hpp"
#include "actors/noise_stream.hpp"
#include "actors/peer_silence.hpp"
#include "actors/pipe_parcel.hpp"
#include "actors/pipe_set.hpp"
#include "actors/queued_deadline.hpp"
#include "actors/session_reason.hpp"
#include "transports/crypto/system_random.hpp"

namespace warren {

struct noise_stream_state {
  noise_stream_state(noise_stream_actor::pointer selfptr, session_settings config, direct_start start);
  noise_stream_state(noise_stream_actor::pointer selfptr, session_settings config, relay_start start);
  ~noise_stream_state();

  noise_stream_actor::behavior_type make_behavior();

  /// A circuit that was asked for and is not there yet.
  struct awaited_circuit {
    std::string url;
    session::role side = session::role::initiator;
    std::uint64_t dial = 0;
    bytes octets; // that came before it was ours
  };

  // -- driving the machines (noise_stream.cpp) ------------------------------------------------------------------------

  void drive();
  void arm(std::optional<time_point> sooner);
  void close_when_useless(time_point at);
  void release_when_idle(time_point at);
  void end_when_done(time_point at);
  void report_closed(errc otherwise, const char* detail);
  void shut_down_now(const shut_down& order);
  void watch_silence(time_point at);
  bool is_cut_off() const;
  bool is_given_up(time_point at) const;
  void join(const topic_joined& order);
  void leave(const topic& left);
  connection_status status() const;

  // -- what the session says (noise_stream_events.cpp) ----------------------------------------------------------------

  void handle_events(time_point at);
  void handle(time_point at, const session::established& e);
  void handle(time_point at, const session::admitted& e);
  void handle(time_point at, const session::channel_opened& e);
  void handle(time_point at, const session::channel_refused& e);
  void handle(time_point at, session::message& e);
  void handle(time_point at, const session::finished& e);
  void handle(time_point at, const session::writable& e);
  void handle(time_point at, const session::channel_closed& e);
  void handle(time_point at, const session::pipe_active& e);
  void handle(time_point at, const session::pipe_released& e);
  void handle(time_point at, const session::pipe_dead& e);
  void handle(time_point at, const session::pipe_suspect& e);
  void handle(time_point at, const session::pipe_standby& e);
  void handle(time_point at, const session::pipe_needed& e);
  void handle(time_point at, const session::closed& e);
  void close_channel_now(session::channel_id channel, errc reason, const char* detail);

  // -- pipes (noise_stream_pipes.cpp) ---------------------------------------------------------------------------------

  pipe_set::sink octets_taker(time_point at);
  void notice_lost_pipes(time_point at);
  void want_path();
  void leave_old_address();
  void give_way(std::uint32_t stream);
  void settle_dial(pipe_set::entry& line, bool no_such_session);
  void judge_opening(time_point at);
  void merge_into(const caf::actor& owner);
  void finish_merge(const caf::actor& owner, std::shared_ptr<pipe_parcel> parcel);
  void handle_offer(pipe_parcel& parcel);
  void handle_open_path(const open_path& order);
  void handle_circuit_opened(const caf::actor_addr& link, const circuit_opened& opened);
  void handle_circuit_closed(const caf::actor_addr& link, circuit_id circuit);
  void handle_circuit_yielded(const caf::actor_addr& link, const circuit_yielded& yielded);
  void handle_relay_lost(const std::string& url);
  void circuit_failed(const awaited_circuit& wanted);

  time_point now() const { return self->clock().now(); }

  /// Who sent the message that is being handled.
  caf::actor_addr sender() const { return caf::actor_cast<caf::actor_addr>(self->current_sender()); }

  caf::actor self_handle() const { return caf::actor_cast<caf::actor>(self); }

  /// Runs `action`, then drives the machines.
  template <class Action>
  void step(Action action) {
    action();
    drive();
  }

  /// Runs `action`; the machines are driven once for all that is in the mailbox already: small messages share records and
  /// packets, and so do acknowledgements.
  template <class Action>
  void step_with_others(Action action) {
    action();
    if (drive_ordered)
      return;
    if (self->mailbox().empty())
      return drive();
    // Behind everything that waits now, whatever it is.
    drive_ordered = true;
    act::mail(self, deadline_reached{}).send(self_handle());
  }

  noise_stream_actor::pointer self;
  session_settings settings;
  crypto::system_random random;
  std::uint64_t connection;
  std::shared_ptr<buffer_pool> buffers = std::make_shared<buffer_pool>();
  session::noise_session session;
  channel_table channels;
  pipe_set pipes;
  conversation talk;
  /// Of an inbound pipe, until its first octets tell whether it opens a session or belongs to another one.
  std::optional<bytes> opening;
  caf::actor merging_into; // the circuit is on its way there
  /// By link and circuit; circuit 0: we asked for it, and the link has not named it. At most one each.
  std::map<std::pair<caf::actor_addr, circuit_id>, awaited_circuit> awaited;
  caf::actor relay_link; // of the circuit in `opening`
  std::map<topic, caf::actor> subscribers;
  peer_info peer;
  std::optional<time_point> established_at;
  std::optional<time_point> without_topic_since;
  std::optional<session_reason> close_reason;
  time_point busy_at{}; // of the last packets or write
  peer_silence silence; // limited by shut_down
  queued_deadline wake_up;
  bool unconfirmed = false; // how the session ended, see session::closed
  bool reported = false;
  bool ending_noted = false;  // in the directory
  bool drive_ordered = false; // a deadline_reached that stands for it is on its way

private:
  noise_stream_state(
      noise_stream_actor::pointer selfptr, session_settings config, session::role role,
      std::optional<peer_id> expected);
};

} // namespace warren
