#include "actors/counter_names.hpp"
#include "actors/noise_stream_state.hpp"

namespace warren {

namespace {

/// A connection on which no topic is open for so long is closed: it would hold a place that a useful peer needs.
constexpr auto no_topic_timeout = std::chrono::seconds{60};

/// After so long without packets and writes, memory kept for more of them goes back to the heap.
constexpr auto spare_kept_for = std::chrono::seconds{3};

session::config config_of(
    const session_settings& settings, session::role role, std::optional<peer_id> expected,
    std::shared_ptr<buffer_pool> buffers) {
  session::config result;
  result.self = settings.identity;
  result.local_role = role;
  result.instance = settings.instance;
  result.expected_peer = expected;
  result.allow = settings.allow;
  result.holds_session = [all = settings.directory](const peer_id& peer) { return all->holds(peer); };
  result.limits = settings.limits;
  result.buffers = std::move(buffers);
  return result;
}

} // namespace

noise_stream_state::noise_stream_state(
    noise_stream_actor::pointer selfptr, session_settings config, session::role role,
    std::optional<peer_id> expected)
    : self{selfptr},
      settings{std::move(config)},
      connection{random.draw<std::uint64_t>()},
      session{config_of(settings, role, expected, buffers), random, selfptr->clock().now()},
      channels{session, connection, *selfptr, buffers},
      wake_up{self, settings.timers} {
  if (role == session::role::responder)
    opening.emplace();
}

noise_stream_state::noise_stream_state(
    noise_stream_actor::pointer selfptr, session_settings config, direct_start start)
    : noise_stream_state{selfptr, std::move(config), start.role, std::nullopt} {
  auto role = start.role;
  // From here, so that it is ordered before whatever else the supervisor hears of this connection.
  act::anon_mail(stream_started{start.dial, start.stream.remote, self_handle()}).send(settings.supervisor);
  auto direct = std::make_unique<udx_pipe>(std::move(start), now());
  direct->deliver_to(self_handle());
  auto first = pipes.add(std::move(direct), 0);
  if (!opening)
    session.attach_pipe(now(), first, role);
}

noise_stream_state::noise_stream_state(
    noise_stream_actor::pointer selfptr, session_settings config, relay_start start)
    : noise_stream_state{selfptr, std::move(config), start.role, start.peer} {
  relay_link = start.link;
  awaited.emplace(
      std::pair{start.link.address(), circuit_id{0}}, awaited_circuit{start.url, start.role, 0, {}});
}

noise_stream_state::~noise_stream_state() {
  // An actor that was killed owes its consumers and its supervisor the last word all the same.
  report_closed(errc::path_lost, "the connection actor ended");
}

// -- driving the machines -------------------------------------------------------------------------------------------

void noise_stream_state::drive() {
  auto at = now();
  channels.answer_writes(); // before the machines: the consumer prepares its next ones meanwhile
  auto take = octets_taker(at);
  pipes.receive(at, take);
  if (opening)
    judge_opening(at);
  handle_events(at);
  close_when_useless(at);
  watch_silence(at);
  if (!session.is_closing() && !session.wants_data() && talk.awaits_answer(at))
    return arm(talk.until());
  // Before the peer can hear of the close, and come back.
  if (session.is_closing() && !std::exchange(ending_noted, true))
    settings.directory->set_ending(session.id());
  do {
    // A pipe may take more once it has sent, and events may cause more to be sent.
    while (pipes.transmit(at, session))
      pipes.drive(at, take);
    handle_events(at);
    notice_lost_pipes(at);
  } while (pipes.transmit(at, session));
  pipes.drive(at, take);
  handle_events(at);
  channels.answer_writes();
  end_when_done(at);
  arm(std::nullopt);
}

void noise_stream_state::close_when_useless(time_point at) {
  if (!session.is_admitted() || session.is_closing() || !channels.empty())
    without_topic_since.reset();
  else if (!without_topic_since)
    without_topic_since = at;
  else if (*without_topic_since + no_topic_timeout <= at)
    shut_down_now({errc::closed_locally, "no topic in common"});
}

/// An idle connection shall not hold the megabytes of its busy times. Its keep-alive wakes it often enough to notice.
void noise_stream_state::release_when_idle(time_point at) {
  if (at - busy_at < spare_kept_for)
    return;
  session.release_spare();
  pipes.release_spare();
}

/// `sooner`: when to be woken at the latest.
void noise_stream_state::arm(std::optional<time_point> sooner) {
  auto due = session.poll_timeout();
  auto consider = [&](const std::optional<time_point>& when) {
    if (when)
      due = due ? std::min(*due, *when) : *when;
  };
  consider(pipes.next_deadline());
  if (without_topic_since && !session.is_closed())
    consider(*without_topic_since + no_topic_timeout);
  if (!reported)
    consider(silence.deadline(!session.is_closed(), is_cut_off()));
  consider(sooner);
  wake_up.arm(self, due);
}

/// After the session's end: its pipes still deliver what was written, then the actor exits.
void noise_stream_state::end_when_done(time_point at) {
  pipes.reap(at);
  if (!session.is_closed())
    return;
  pipes.end_all(at, false);
  pipes.drive(at, [](session::pipe_id, byte_view) {});
  if (is_given_up(at))
    pipes.end_all(at, true);
  if (pipes.all_flushed())
    report_closed(errc::closed_locally, "closed");
  pipes.reap(at);
  if (pipes.empty())
    self->quit();
}

/// Tells the supervisor, once.
void noise_stream_state::report_closed(errc otherwise, const char* detail) {
  if (std::exchange(reported, true))
    return;
  settings.directory->remove(session.id());
  // Ended from outside: the session itself has said nothing.
  if (!session.is_closed())
    unconfirmed = session.has_unconfirmed_data();
  auto why = close_reason.value_or(session_reason{otherwise, detail});
  channels.close_all(why.code, why.detail, unconfirmed);
  session_closed report{connection, self->address(), why.code, why.detail, unconfirmed, {}};
  count_refusals(report.counters, session.counters());
  pipes.count_into(report.counters);
  act::anon_mail(std::move(report)).send(settings.supervisor);
}

// -- what others say ------------------------------------------------------------------------------------------------

void noise_stream_state::shut_down_now(const shut_down& order) {
  if (order.patience) {
    silence.limit(now(), *order.patience);
    session.ping();
  }
  if (session.is_closed())
    return;
  close_reason = session_reason{order.reason, order.detail};
  session.close(now(), wire_reason_of(order.reason));
}

void noise_stream_state::watch_silence(time_point at) {
  if (session.is_closed())
    return;
  if (is_given_up(at))
    session.cut_close();
  else if (silence.take_question(at))
    session.ping();
}

bool noise_stream_state::is_cut_off() const {
  return !session.active_pipe() && session.has_unconfirmed_data();
}

bool noise_stream_state::is_given_up(time_point at) const {
  return silence.is_over(at, is_cut_off());
}

void noise_stream_state::join(const topic_joined& order) {
  subscribers[order.on] = order.subscriber;
  session.join_topic(order.on, order.secret.view());
}

void noise_stream_state::leave(const topic& left) {
  subscribers.erase(left);
  channels.leave(left);
  session.leave_topic(left);
}

connection_status noise_stream_state::status() const {
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

noise_stream_actor::behavior_type noise_stream_state::make_behavior() {
  // A supervisor that ended before it heard of this stream could not end it.
  self->monitor(settings.supervisor);
  self->set_down_handler([this](const caf::down_msg&) { self->quit(caf::exit_reason::user_shutdown); });
  drive();
  return {
      [this](const write_chunk& w) -> caf::result<void> {
        auto promise = self->make_response_promise<void>();
        step_with_others([&] {
          busy_at = now();
          talk.on_write(busy_at);
          channels.write(w.channel, w.data, promise);
        });
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
        busy_at = now();
        silence.on_sign(busy_at);
        step_with_others([&] { pipes.handle_packets(busy_at, *p.batch, octets_taker(busy_at)); });
      },
      [this](deadline_reached) {
        drive_ordered = false;
        wake_up.fired(now());
        release_when_idle(now());
        step([&] {
          pipes.handle_timeout(now());
          session.handle_timeout(now());
        });
      },
      [this](admit_session) { step([&] { session.admit(); }); },
      [this](const shut_down& order) { step([&] { shut_down_now(order); }); },
      [this](const topic_joined& order) { step([&] { join(order); }); },
      [this](const topic_left& order) { step([&] { leave(order.on); }); },
      [this](const circuit_opened& opened) { step([&] { handle_circuit_opened(sender(), opened); }); },
      [this](const circuit_data& d) {
        step([&] {
          silence.on_sign(now());
          if (auto circuit = pipes.circuit(sender(), d.circuit))
            circuit->handle_data(d.data);
        });
      },
      [this](const circuit_credit& c) {
        step([&] {
          silence.on_sign(now()); // credit comes as the peer takes what was sent
          if (auto circuit = pipes.circuit(sender(), c.circuit))
            circuit->handle_credit(c.octets);
        });
      },
      [this](const circuit_closed& c) { step([&] { handle_circuit_closed(sender(), c.circuit); }); },
      [this](const circuit_yielded& y) { step([&] { handle_circuit_yielded(sender(), y); }); },
      [this](const pipe_offered& offer) { step([&] { handle_offer(*offer.parcel); }); },
      [this](const open_path& order) { step([&] { handle_open_path(order); }); },
      [this](network_changed) {
        silence.on_sign(now()); // the silence before was this side's own
        step([&] { leave_old_address(); });
      },
      [this](const stream_unwanted& s) { step([&] { give_way(s.local_id); }); },
      [this](const relay_lost& gone) { step([&] { handle_relay_lost(gone.url); }); },
  };
}

noise_stream_actor spawn_noise_stream(
    caf::actor_system& system, session_settings settings, direct_start start) {
  return act::spawn<noise_stream_state>(system, std::move(settings), std::move(start));
}

noise_stream_actor spawn_noise_stream(
    caf::actor_system& system, session_settings settings, relay_start start) {
  return act::spawn<noise_stream_state>(system, std::move(settings), std::move(start));
}

} // namespace warren
