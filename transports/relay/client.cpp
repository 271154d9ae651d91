#include "transports/relay/client.hpp"

#include <algorithm>

namespace warren::relay {

namespace {

// A side silent for this many heartbeats is taken for dead (relay_frame.hpp, limits).
constexpr int heartbeats_to_death = 3;

/// The relay will say the same the next time.
bool is_lasting(refusal why) {
  return why == refusal::unsupported || why == refusal::bad_signature || why == refusal::bad_token
         || why == refusal::replaced;
}

} // namespace

client::client(client_config config, random_source& random)
    : config_{std::move(config)},
      random_{random},
      reconnect_{config_.reconnect},
      roster_{config_.topics, config_.peers},
      circuits_{config_.circuits, config_.circuits_per_peer, config_.circuit_queue} {
}

void client::start(time_point now) {
  now_ = now;
  if (phase_ != phase::stopped)
    return;
  phase_ = phase::waiting;
  deadline_ = now;
  handle_timeout(now);
}

void client::stop(time_point now) {
  now_ = now;
  if (phase_ == phase::stopped)
    return;
  auto linked = phase_ != phase::waiting;
  drop_link();
  if (linked)
    events_.push_back(client_event::hang_up{});
  phase_ = phase::stopped;
  deadline_.reset();
}

void client::handle_connected(time_point now) {
  now_ = now;
  if (phase_ == phase::dialling)
    phase_ = phase::challenge_wanted;
}

void client::handle_disconnected(time_point now, std::error_code why) {
  now_ = now;
  if (phase_ != phase::stopped && phase_ != phase::waiting)
    lose_link({why, std::nullopt, {}});
}

/// Forgets everything that a link carried.
void client::drop_link() {
  control_.clear();
  link_queued_ = 0;
  pinged_ = false;
  answer_by_.reset();
  asked_.reset();
  round_trip_.reset();
  close_circuits(circuits_.all(), circuit_reason::link_lost);
  tell(roster_.lost());
}

void client::lose_link(ending how) {
  drop_link();
  phase_ = phase::waiting;
  auto wait =
      how.refused && is_lasting(*how.refused) ? reconnect_.longest(random_) : reconnect_.next(random_);
  deadline_ = now_ + wait;
  events_.push_back(client_event::offline{how.why, how.refused, std::move(how.text), wait});
}

void client::hang_up(ending how) {
  events_.push_back(client_event::hang_up{});
  lose_link(std::move(how));
}

void client::handle_timeout(time_point now) {
  now_ = now;
  if (!deadline_ || now < *deadline_)
    return;
  switch (phase_) {
    case phase::stopped:
      break;
    case phase::waiting:
      redial();
      break;
    case phase::dialling:
    case phase::challenge_wanted:
    case phase::welcome_wanted:
      hang_up({relay_errc::handshake_timeout, std::nullopt, {}});
      break;
    case phase::online:
      check_heartbeat();
      break;
  }
}

void client::check_heartbeat() {
  if (now_ >= heard_ + heartbeats_to_death * heartbeat_ || (answer_by_ && now_ >= *answer_by_)) {
    hang_up({relay_errc::silent, std::nullopt, {}});
    return;
  }
  if (now_ >= heard_ + heartbeat_)
    ask_alive();
  arm_heartbeat();
}

void client::redial() {
  phase_ = phase::dialling;
  deadline_ = now_ + config_.handshake_timeout;
  ++counters_.dials;
  events_.push_back(client_event::dial{});
}

void client::ask_alive() {
  if (std::exchange(pinged_, true))
    return;
  asked_ = {random_.draw<std::uint64_t>(), now_};
  enqueue(ping{asked_->first});
}

/// Called for the answer to the frame named `id`.
void client::note_round_trip(std::uint64_t id) {
  if (!asked_ || asked_->first != id)
    return;
  auto sample = now_ - asked_->second;
  asked_.reset();
  // RFC 6298 2.3: srtt = 7/8 srtt + 1/8 sample.
  round_trip_ = round_trip_ ? (*round_trip_ * 7 + sample) / 8 : sample;
}

duration client::check_limit() const {
  if (!round_trip_)
    return config_.check_timeout;
  return std::clamp(
      *round_trip_ * config_.check_round_trips, std::min(config_.shortest_check, config_.check_timeout),
      config_.check_timeout);
}

void client::arm_heartbeat() {
  deadline_ = heard_ + (pinged_ ? heartbeats_to_death : 1) * heartbeat_;
  if (answer_by_)
    deadline_ = std::min(*deadline_, *answer_by_);
}

void client::check(time_point now) {
  if (phase_ != phase::online || answer_by_)
    return;
  now_ = now;
  answer_by_ = now + check_limit();
  ask_alive();
  arm_heartbeat();
}

void client::network_changed(time_point now, bool cut) {
  now_ = now;
  if (phase_ == phase::online && !cut)
    return check(now);
  switch (phase_) {
    case phase::stopped:
      return;
    case phase::online:
    case phase::dialling:
    case phase::challenge_wanted:
    case phase::welcome_wanted:
      events_.push_back(client_event::hang_up{});
      drop_link();
      break;
    case phase::waiting:
      break;
  }
  redial();
}

void client::drained(time_point now, std::size_t queued) {
  now_ = now;
  link_queued_ = queued;
}

std::error_code client::join(time_point now, const topic& where) {
  now_ = now;
  if (roster_.join(where) == roster::join_outcome::full)
    return relay_errc::too_many_topics;
  if (online())
    ask_for_topics();
  return {};
}

void client::leave(time_point now, const topic& where) {
  now_ = now;
  if (!roster_.joined(where))
    return;
  auto known = roster_.asked(where);
  tell(roster_.leave(where));
  if (!online())
    return;
  if (known)
    enqueue(relay::leave{blind(where)});
  ask_for_topics();
}

/// Joins topics at the relay as far as it allows.
void client::ask_for_topics() {
  while (auto next = roster_.next_to_ask(topic_limit_))
    enqueue(relay::join{*next});
  if (auto n = roster_.waiting(); std::exchange(told_waiting_, n) != n)
    events_.push_back(client_event::topics_waiting{n, topic_limit_});
}

result<circuit> client::open_circuit(time_point now, const peer_id& peer) {
  now_ = now;
  if (!online())
    return relay_errc::offline;
  if (!roster_.contains(peer))
    return relay_errc::unknown_peer;
  auto made = circuits_.add(peer, random_.draw<std::uint64_t>());
  if (made == nullptr)
    return relay_errc::too_many_circuits;
  enqueue(open{peer, made->wire_id});
  return made->id;
}

std::size_t client::write(time_point now, circuit id, byte_view octets) {
  now_ = now;
  auto which = circuits_.find(id);
  return which != nullptr ? circuits_.write(*which, octets) : 0;
}

std::size_t client::writable(circuit id) const {
  auto which = circuits_.find(id);
  return which != nullptr ? circuits_.writable(*which) : 0;
}

void client::consumed(time_point now, circuit id, std::size_t octets) {
  now_ = now;
  auto which = circuits_.find(id);
  if (which == nullptr)
    return;
  which->ungranted += octets;
  // One credit frame per half window is enough to keep a sender going.
  if (which->ungranted < initial_window / 2 || which->closing)
    return;
  which->window += which->ungranted;
  enqueue(
      credit{which->peer, which->wire_id, static_cast<std::uint32_t>(std::exchange(which->ungranted, 0))});
}

void client::close_circuit(time_point now, circuit id, circuit_reason reason) {
  now_ = now;
  auto which = circuits_.find(id);
  if (which != nullptr && !which->closing)
    circuits_.close(*which, reason);
}

std::error_code client::signal(time_point now, const peer_id& peer, byte_view payload) {
  now_ = now;
  if (payload.empty() || payload.size() > largest_signal)
    return relay_errc::too_large;
  if (!online())
    return relay_errc::offline;
  if (!roster_.contains(peer))
    return relay_errc::unknown_peer;
  if (control_.size() >= config_.control_queue / 2)
    return relay_errc::queue_full;
  enqueue(relay::signal{peer, payload});
  return {};
}

void client::enqueue(const frame& value) {
  control_.push_back(encode(value));
}

std::optional<bytes> client::poll_transmit() {
  if (phase_ == phase::stopped || phase_ == phase::waiting || phase_ == phase::dialling
      || link_queued_ >= config_.link_window)
    return std::nullopt;
  std::optional<bytes> next;
  if (!control_.empty()) {
    next = std::move(control_.front());
    control_.pop_front();
  } else if (online()) {
    std::optional<circuit> unblocked;
    next = circuits_.next_frame(unblocked);
    if (unblocked)
      events_.push_back(client_event::circuit_writable{*unblocked});
  }
  if (next) {
    link_queued_ += next->size();
    ++counters_.frames_out;
    counters_.octets_out += next->size();
  }
  return next;
}

std::optional<client_events> client::poll_event() {
  if (events_.empty())
    return std::nullopt;
  auto next = std::move(events_.front());
  events_.pop_front();
  return next;
}

std::optional<time_point> client::poll_timeout() const {
  return deadline_;
}

void client::close_circuits(std::vector<circuit> which, circuit_reason reason) {
  for (auto id : which) {
    auto ended = circuits_.remove(id);
    // A circuit that we closed ourselves ends without a word.
    if (!ended.closing)
      events_.push_back(client_event::circuit_closed{id, ended.peer, reason});
  }
}

void client::tell(const roster::changes& changes) {
  for (const auto& [where, peer, joined] : changes) {
    if (joined)
      events_.push_back(client_event::peer_joined{where, peer});
    else
      events_.push_back(client_event::peer_left{where, peer});
  }
}

} // namespace warren::relay
