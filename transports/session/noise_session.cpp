#include "transports/session/noise_session.hpp"

#include "transports/session/engine.hpp"

namespace warren::session {

noise_session::noise_session(config settings, random_source& random, time_point now)
    : engine_{std::make_unique<engine>(std::move(settings), random, now)} {
}

noise_session::~noise_session() = default;
noise_session::noise_session(noise_session&&) noexcept = default;
noise_session& noise_session::operator=(noise_session&&) noexcept = default;

void noise_session::attach_pipe(time_point now, pipe_id pipe, role side) {
  engine_->attach_pipe(now, pipe, side);
}

void noise_session::pipe_lost(time_point now, pipe_id pipe) {
  engine_->pipe_lost(now, pipe);
}

void noise_session::release_pipe(pipe_id pipe) {
  engine_->release_pipe(pipe);
}

void noise_session::pipe_writable(pipe_id pipe, std::size_t octets) {
  engine_->pipe_writable(pipe, octets);
}

void noise_session::handle_message(time_point now, pipe_id pipe, byte_view octets) {
  engine_->handle_message(now, pipe, octets);
}

void noise_session::handle_timeout(time_point now) {
  engine_->handle_timeout(now);
}

std::optional<transmit> noise_session::poll_transmit(time_point now) {
  return engine_->poll_transmit(now);
}

std::optional<event> noise_session::poll_event() {
  return engine_->poll_event();
}

std::optional<time_point> noise_session::poll_timeout() const {
  return engine_->poll_timeout();
}

bool noise_session::arbiter() const noexcept {
  return engine_->arbiter();
}

void noise_session::admit() {
  engine_->admit();
}

std::error_code noise_session::join_topic(const topic& subject, byte_view secret) {
  return engine_->channels().join(subject, secret);
}

void noise_session::leave_topic(const topic& subject) {
  engine_->channels().leave(subject);
}

std::error_code noise_session::write(channel_id channel, byte_view content) {
  auto& channels = engine_->channels();
  if (auto refused = channels.check_write(channel, content.size()))
    return refused;
  channels.push(channel, shared_octets{to_bytes(content)});
  return {};
}

std::error_code noise_session::write(channel_id channel, bytes&& content) {
  auto& channels = engine_->channels();
  if (auto refused = channels.check_write(channel, content.size()))
    return refused;
  channels.push(channel, shared_octets{std::move(content)});
  return {};
}

std::error_code noise_session::write(
    channel_id channel, std::shared_ptr<const void> owner, byte_view content) {
  auto& channels = engine_->channels();
  if (auto refused = channels.check_write(channel, content.size()))
    return refused;
  channels.push(channel, {std::move(owner), content});
  return {};
}

void noise_session::consumed(channel_id channel, std::uint64_t credit) {
  engine_->channels().consumed(channel, credit);
}

void noise_session::finish(channel_id channel) {
  engine_->channels().finish(channel);
}

void noise_session::close(time_point now, errc reason) {
  engine_->close(now, reason);
}

void noise_session::cut_close() {
  engine_->cut_close();
}

void noise_session::ping() noexcept {
  engine_->ping();
}

void noise_session::abort(time_point, errc reason) {
  engine_->fail(reason);
}

void noise_session::release_spare() noexcept {
  engine_->release_spare();
}

bool noise_session::is_established() const noexcept {
  return engine_->is_established();
}

bool noise_session::has_unconfirmed_data() const noexcept {
  return engine_->has_unconfirmed_data();
}

bool noise_session::is_admitted() const noexcept {
  return engine_->is_admitted();
}

bool noise_session::is_closing() const noexcept {
  return engine_->is_closing();
}

bool noise_session::is_closed() const noexcept {
  return engine_->is_closed();
}

const std::optional<peer_id>& noise_session::peer() const noexcept {
  return engine_->peer();
}

const session_id& noise_session::id() const noexcept {
  return engine_->id();
}

std::optional<pipe_id> noise_session::active_pipe() const noexcept {
  return engine_->active_pipe();
}

std::optional<duration> noise_session::rtt() const noexcept {
  return engine_->path().rtt();
}

bool noise_session::wants_data() const noexcept {
  return engine_->channels().wants_data();
}

std::size_t noise_session::queued(channel_id channel) const noexcept {
  return engine_->channels().queued(channel);
}

const session::counters& noise_session::counters() const noexcept {
  return engine_->counters();
}

} // namespace warren::session
