#include "actors/noise_stream_state.hpp"
#include "actors/wake_ups.hpp"

namespace warren {

void noise_stream_state::handle_events(time_point at) {
  wake_ups together{*self};
  while (auto event = session.poll_event())
    std::visit([&](auto& e) { handle(at, e); }, *event);
}

void noise_stream_state::handle(time_point at, const session::established& e) {
  established_at = at;
  peer = peer_info{to_string(e.peer), {}, true, path_kind::direct};
  if (auto active = session.active_pipe()) {
    auto line = pipes.find(*active);
    if (line->udx)
      line->udx->set_proved();
    peer.address = line->line->address();
    peer.path = line->line->kind();
  }
  settings.directory->add(session.id(), e.peer, self->address());
  session_established report;
  report.connection = connection;
  report.peer = peer;
  report.id = e.peer;
  report.instance = e.instance;
  report.initiator = e.local_role == session::role::initiator;
  report.arbiter = session.arbiter();
  report.peer_holds_session = e.peer_holds_session;
  report.stream = self_handle();
  act::anon_mail(std::move(report)).send(settings.supervisor);
}

void noise_stream_state::handle(time_point, const session::admitted&) {
  settings.directory->set_admitted(session.id());
  if (!session.arbiter())
    act::anon_mail(session_admitted{connection}).send(settings.supervisor);
}

void noise_stream_state::handle(time_point, const session::channel_opened& e) {
  auto joined = subscribers.find(e.topic);
  if (joined == subscribers.end())
    return;
  channels.open(e.channel, e.topic, joined->second, caf::actor_cast<connection_actor>(self), peer);
  act::anon_mail(topic_shared{connection, e.topic, true}).send(settings.supervisor);
}

// The peer opens the topic when it joins.
void noise_stream_state::handle(time_point, const session::channel_refused&) {
}

void noise_stream_state::handle(time_point at, session::message& e) {
  talk.on_message(at);
  channels.take(std::move(e));
}

void noise_stream_state::handle(time_point, const session::finished& e) {
  channels.peer_finished_on(e.channel);
}

void noise_stream_state::handle(time_point, const session::writable& e) {
  channels.writable(e.channel);
}

void noise_stream_state::handle(time_point, const session::channel_closed& e) {
  if (channels.was_left(e.channel))
    close_channel_now(e.channel, errc::closed_locally, "the topic was left");
  else
    close_channel_now(e.channel, errc::closed_by_peer, "the peer left the topic");
}

void noise_stream_state::close_channel_now(session::channel_id channel, errc reason, const char* detail) {
  auto on = channels.topic_of(channel);
  channels.close(channel, reason, detail);
  // After leaving and joining again the topic's next channel may be open already.
  if (on && !channels.has_topic(*on))
    act::anon_mail(topic_shared{connection, *on, false}).send(settings.supervisor);
}

// Comes for the first pipe too, before `established`.
void noise_stream_state::handle(time_point, const session::pipe_active& e) {
  auto line = pipes.find(e.pipe);
  if (!established_at || !line)
    return;
  if (line->udx)
    line->udx->set_proved();
  auto before = std::exchange(peer, {peer.id, line->line->address(), true, line->line->kind()});
  act::anon_mail(path_switched{connection, std::exchange(line->dial, 0), peer}).send(settings.supervisor);
  if (before != peer)
    channels.path_changed(peer);
}

void noise_stream_state::handle(time_point at, const session::pipe_released& e) {
  if (auto line = pipes.find(e.pipe))
    settle_dial(*line, e.why == session::errc::resume_refused);
  pipes.end(at, e.pipe, false);
}

void noise_stream_state::handle(time_point at, const session::pipe_dead& e) {
  if (auto line = pipes.find(e.pipe))
    settle_dial(*line, false);
  pipes.end(at, e.pipe, true);
}

void noise_stream_state::handle(time_point, const session::pipe_suspect&) {
  want_path();
}

void noise_stream_state::handle(time_point, const session::pipe_needed&) {
  want_path();
}

// A relay stands by for a direct path. The other way round, or two of a kind, the one left is of no more use.
void noise_stream_state::handle(time_point, const session::pipe_standby& e) {
  auto line = pipes.find(e.pipe);
  if (!line || !line->relay || peer.path == path_kind::relay)
    session.release_pipe(e.pipe);
}

void noise_stream_state::handle(time_point, const session::closed& e) {
  auto reason = reason_of(e);
  // Whoever ordered it knows better why than the session.
  if (close_reason && reason.code == errc::closed_locally)
    reason = *close_reason;
  unconfirmed = e.unconfirmed;
  if (unconfirmed)
    reason.detail += "; the last messages written here may not have arrived";
  channels.close_all(reason.code, reason.detail, unconfirmed);
  close_reason = reason;
  settings.directory->remove(session.id());
}

} // namespace warren
