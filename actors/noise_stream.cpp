#include "actors/noise_stream.hpp"

#include "actors/channel_table.hpp"
#include "actors/counter_names.hpp"
#include "actors/deadline.hpp"
#include "actors/relay_pipe.hpp"
#include "actors/session_reason.hpp"
#include "actors/udx_pipe.hpp"
#include "transports/crypto/system_random.hpp"

namespace warren {

namespace {

constexpr session::pipe_id first_pipe = 1;

/// Octets moved from the session to a pipe before the pipe is asked again how much it takes.
constexpr std::size_t write_step = 256 * 1024;

/// A connection on which no topic is open for so long is closed: it would hold a place that a useful peer needs.
constexpr auto no_topic_timeout = std::chrono::seconds{60};

session::config config_of(
    const session_settings& settings, session::role role, std::optional<peer_id> expected) {
  session::config result;
  result.self = settings.identity;
  result.local_role = role;
  result.instance = settings.instance;
  result.expected_peer = expected;
  result.allow = settings.allow;
  result.limits = settings.limits;
  return result;
}

struct noise_stream_state {
  noise_stream_state(noise_stream_actor::pointer selfptr, session_settings config, direct_start start)
      : noise_stream_state{selfptr, std::move(config), start.role, std::nullopt} {
    auto direct = std::make_unique<udx_pipe>(start.port, start.stream, now());
    start.port->attach(start.stream.local_id, caf::actor_cast<caf::actor>(self));
    udx = direct.get();
    carrier = std::move(direct);
    session.attach_pipe(now(), first_pipe, start.role);
  }

  noise_stream_state(noise_stream_actor::pointer selfptr, session_settings config, relay_start start)
      : noise_stream_state{selfptr, std::move(config), start.role, start.peer} {
    relay_from = std::move(start);
  }

  ~noise_stream_state() {
    // An actor that was killed owes its consumers and its supervisor the last word all the same.
    report_closed(errc::path_lost, "the connection actor ended");
  }

  noise_stream_actor::behavior_type make_behavior();

  // -- driving the machines -------------------------------------------------------------------------------------------

  time_point now() const { return self->clock().now(); }

  void drive() {
    auto at = now();
    if (carrier) {
      carrier->drive(at, [&](byte_view octets) { session.handle_message(at, first_pipe, octets); });
      while (move_outgoing(at))
        ; // the pipe may take more once it has sent
      handle_events(at);
      while (move_outgoing(at))
        ; // what the events caused
      notice_pipe_state(at);
    }
    handle_events(at);
    close_when_useless(at);
    end_when_done(at);
    arm();
  }

  void close_when_useless(time_point at) {
    if (!session.is_admitted() || session.is_closed() || !channels.empty())
      without_topic_since.reset();
    else if (!without_topic_since)
      without_topic_since = at;
    else if (*without_topic_since + no_topic_timeout <= at)
      shut_down_now({errc::closed_locally, "no topic in common"});
  }

  /// Returns true when something moved.
  bool move_outgoing(time_point at) {
    if (!carrier)
      return false;
    session.pipe_writable(first_pipe, std::min(carrier->writable(), write_step));
    auto moved = false;
    while (auto out = session.poll_transmit(at)) {
      carrier->write(out->data);
      moved = true;
    }
    carrier->drive(at, [&](byte_view octets) { session.handle_message(at, first_pipe, octets); });
    return moved;
  }

  void notice_pipe_state(time_point at) {
    if (carrier->current() == pipe::state::open || pipe_reported_lost)
      return;
    pipe_reported_lost = true;
    session.pipe_lost(at, first_pipe);
    // A later issue attaches another pipe here; with one pipe only, a lost pipe is a lost path.
    if (!session.is_closed())
      session.abort(at, session::errc::path_lost);
  }

  void arm() {
    auto due = session.poll_timeout();
    if (auto pipe_due = carrier ? carrier->next_deadline() : std::nullopt)
      due = due ? std::min(*due, *pipe_due) : *pipe_due;
    if (without_topic_since && !session.is_closed()) {
      auto useless = *without_topic_since + no_topic_timeout;
      due = due ? std::min(*due, useless) : useless;
    }
    wake_up.arm(self, due);
  }

  /// After the session's end: the pipe still delivers what was written, then the actor exits.
  void end_when_done(time_point at) {
    if (!session.is_closed())
      return;
    if (carrier && !pipe_ended) {
      pipe_ended = true;
      carrier->end();
      carrier->drive(at, [](byte_view) {});
    }
    if (!carrier || carrier->flushed())
      report_closed(errc::closed_locally, "closed");
    if (!carrier || carrier->finished())
      self->quit();
  }

  // -- what the session says ------------------------------------------------------------------------------------------

  void handle_events(time_point at) {
    while (auto event = session.poll_event())
      std::visit([&](auto& e) { handle(at, e); }, *event);
  }

  void handle(time_point, const session::established& e) {
    established_at = now();
    peer = peer_info{to_string(e.peer), carrier->address(), true, carrier->kind()};
    session_established report;
    report.connection = connection;
    report.peer = peer;
    report.id = e.peer;
    report.instance = e.instance;
    report.initiator = e.local_role == session::role::initiator;
    report.arbiter = session.arbiter();
    report.stream = caf::actor_cast<caf::actor>(self);
    act::anon_mail(std::move(report)).send(settings.supervisor);
  }

  void handle(time_point, const session::admitted&) {
    if (!session.arbiter())
      act::anon_mail(session_admitted{connection}).send(settings.supervisor);
  }

  void handle(time_point, const session::channel_opened& e) {
    auto joined = subscribers.find(e.topic);
    if (joined == subscribers.end())
      return;
    channels.open(e.channel, e.topic, joined->second, caf::actor_cast<connection_actor>(self), peer);
    act::anon_mail(topic_shared{connection, e.topic, true}).send(settings.supervisor);
  }

  void handle(time_point, session::message& e) { channels.take(std::move(e)); }

  void handle(time_point, const session::finished& e) { channels.peer_finished_on(e.channel); }

  void handle(time_point, const session::writable& e) { channels.writable(e.channel); }

  void handle(time_point, const session::channel_closed& e) {
    if (channels.was_left(e.channel))
      close_channel_now(e.channel, errc::closed_locally, "the topic was left");
    else
      close_channel_now(e.channel, errc::closed_by_peer, "the peer left the topic");
  }

  void close_channel_now(session::channel_id channel, errc reason, const char* detail) {
    auto on = channels.topic_of(channel);
    channels.close(channel, reason, detail);
    // After leaving and joining again the topic's next channel may be open already.
    if (on && !channels.has_topic(*on))
      act::anon_mail(topic_shared{connection, *on, false}).send(settings.supervisor);
  }

  void handle(time_point at, const session::pipe_dead&) { carrier->destroy(at); }

  void handle(time_point, const session::closed& e) {
    auto reason = reason_of(e);
    unconfirmed = e.unconfirmed;
    if (unconfirmed)
      reason.detail += "; the last messages written here may not have arrived";
    channels.close_all(reason.code, reason.detail);
    close_reason = reason;
  }

  // The refused topic is opened by the peer when it joins; the rest concerns sessions with several pipes.
  void handle(time_point, const session::channel_refused&) {}
  void handle(time_point, const session::pipe_active&) {}
  void handle(time_point, const session::pipe_released&) {}
  void handle(time_point, const session::pipe_needed&) {}

  /// Tells the supervisor, once.
  void report_closed(errc otherwise, const char* detail) {
    if (reported)
      return;
    reported = true;
    // Ended from outside: the session itself has said nothing.
    if (!session.is_closed())
      unconfirmed = session.has_unconfirmed_data();
    auto why = close_reason.value_or(session_reason{otherwise, detail});
    channels.close_all(why.code, why.detail);
    session_closed report{connection, self->address(), why.code, why.detail, unconfirmed, {}};
    count_refusals(report.counters, session.counters());
    if (carrier)
      carrier->count_into(report.counters);
    act::anon_mail(std::move(report)).send(settings.supervisor);
  }

  // -- what others say ------------------------------------------------------------------------------------------------

  void handle_circuit_opened(const circuit_opened& opened) {
    if (carrier || session.is_closed())
      return;
    auto circuit = std::make_unique<relay_pipe>(relay_from->link, opened.circuit, relay_from->url);
    circuit->handle_credit(opened.octets);
    relay = circuit.get();
    carrier = std::move(circuit);
    session.attach_pipe(now(), first_pipe, relay_from->role);
  }

  void handle_circuit_closed() {
    if (relay)
      relay->handle_closed();
    else if (!session.is_closed())
      session.abort(now(), session::errc::path_lost);
  }

  void shut_down_now(const shut_down& order) {
    if (session.is_closed())
      return;
    close_reason = session_reason{order.reason, order.detail};
    session.close(now(), wire_reason_of(order.reason));
  }

  void join(const topic_joined& order) {
    subscribers[order.on] = order.subscriber;
    session.join_topic(order.on, order.secret.view());
  }

  void leave(const topic& left) {
    subscribers.erase(left);
    channels.leave(left);
    session.leave_topic(left);
  }

  connection_status status() const {
    connection_status result;
    result.connection = connection;
    result.peer = peer;
    result.bytes_in = session.counters().bytes_in;
    result.bytes_out = session.counters().bytes_out;
    if (auto rtt = session.rtt())
      result.rtt_us = std::chrono::duration_cast<std::chrono::microseconds>(*rtt).count();
    if (established_at)
      result.connected_ms =
          std::chrono::duration_cast<std::chrono::milliseconds>(now() - *established_at).count();
    return result;
  }

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
    act::mail(self, deadline_reached{}).send(caf::actor_cast<caf::actor>(self));
  }

  noise_stream_actor::pointer self;
  session_settings settings;
  crypto::system_random random;
  std::uint64_t connection;
  session::noise_session session;
  channel_table channels;
  std::unique_ptr<pipe> carrier;
  udx_pipe* udx = nullptr;     // carrier, when it is a UDX stream
  relay_pipe* relay = nullptr; // carrier, when it is a circuit
  std::optional<relay_start> relay_from;
  std::map<topic, caf::actor> subscribers;
  peer_info peer;
  std::optional<time_point> established_at;
  std::optional<time_point> without_topic_since;
  std::optional<session_reason> close_reason;
  deadline wake_up;
  bool pipe_reported_lost = false;
  bool pipe_ended = false;
  bool unconfirmed = false; // how the session ended, see session::closed
  bool reported = false;
  bool drive_ordered = false; // a deadline_reached that stands for it is on its way

private:
  noise_stream_state(
      noise_stream_actor::pointer selfptr, session_settings config, session::role role,
      std::optional<peer_id> expected)
      : self{selfptr},
        settings{std::move(config)},
        connection{random.draw<std::uint64_t>()},
        session{config_of(settings, role, expected), random, selfptr->clock().now()},
        channels{session, connection} {
    // nop
  }
};

noise_stream_actor::behavior_type noise_stream_state::make_behavior() {
  // A supervisor that ended before it heard of this stream could not end it.
  self->monitor(settings.supervisor);
  self->set_down_handler([this](const caf::down_msg&) { self->quit(caf::exit_reason::user_shutdown); });
  drive();
  return {
      [this](const write_chunk& w) -> caf::result<void> {
        auto promise = self->make_response_promise<void>();
        step_with_others([&] { channels.write(w.channel, w.data, promise); });
        return promise;
      },
      [this](const grant_credit& g) { step_with_others([&] { channels.grant(g.channel, g.octets); }); },
      [this](const finish_channel& f) -> caf::result<void> {
        auto promise = self->make_response_promise<void>();
        step([&] { channels.finish(f.channel, promise); });
        return promise;
      },
      [this](const close_channel& c) {
        step([&] {
          if (auto on = channels.topic_of(c.channel))
            leave(*on);
          close_channel_now(c.channel, errc::closed_locally, "closed by its consumer");
        });
      },
      [this](get_status) { return status(); },
      [this](const packets_arrived& p) {
        step_with_others([&] {
          if (udx)
            udx->handle_packets(now(), *p.batch, [&](byte_view octets) {
              session.handle_message(now(), first_pipe, octets);
            });
        });
      },
      [this](deadline_reached) {
        drive_ordered = false;
        wake_up.fired(now());
        step([&] {
          if (udx)
            udx->handle_timeout(now());
          session.handle_timeout(now());
        });
      },
      [this](admit_session) { step([&] { session.admit(); }); },
      [this](const shut_down& order) { step([&] { shut_down_now(order); }); },
      [this](const topic_joined& order) { step([&] { join(order); }); },
      [this](const topic_left& order) { step([&] { leave(order.on); }); },
      [this](const circuit_opened& opened) { step([&] { handle_circuit_opened(opened); }); },
      [this](const circuit_data& d) {
        step([&] {
          if (relay)
            relay->handle_data(d.data);
        });
      },
      [this](const circuit_credit& c) {
        step([&] {
          if (relay)
            relay->handle_credit(c.octets);
        });
      },
      [this](const circuit_closed&) { step([&] { handle_circuit_closed(); }); },
  };
}

} // namespace

noise_stream_actor spawn_noise_stream(
    caf::actor_system& system, session_settings settings, direct_start start) {
  return act::spawn<noise_stream_state>(system, std::move(settings), std::move(start));
}

noise_stream_actor spawn_noise_stream(
    caf::actor_system& system, session_settings settings, relay_start start) {
  return act::spawn<noise_stream_state>(system, std::move(settings), std::move(start));
}

} // namespace warren
