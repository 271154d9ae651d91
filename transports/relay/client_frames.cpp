// What the relay sends to a client.
#include "transports/relay/client.hpp"

#include <algorithm>

namespace warren::relay {

namespace {

// Bounds on what a relay may ask for as heartbeat.
constexpr std::uint32_t shortest_heartbeat_ms = 1'000;
constexpr std::uint32_t longest_heartbeat_ms = 300'000;

// No honest receiver grants more than this at once.
constexpr std::uint64_t largest_credit = 1ull << 31;

} // namespace

void client::handle_message(time_point now, bytes message) {
  now_ = now;
  if (phase_ == phase::stopped || phase_ == phase::waiting || phase_ == phase::dialling)
    return;
  ++counters_.frames_in;
  counters_.octets_in += message.size();
  auto decoded = decode(message);
  if (!decoded) {
    ++counters_.bad_frames;
    hang_up({relay_errc::bad_frame, std::nullopt, decoded.error().message()});
    return;
  }
  heard_ = now;
  if (auto told = std::get_if<error>(&*decoded)) {
    hang_up({relay_errc::refused, told->code, told->text});
    return;
  }
  if (phase_ == phase::online) {
    auto asked = std::exchange(pinged_, false);
    if (std::exchange(answer_by_, std::nullopt) || asked)
      arm_heartbeat();
    handle_online(*decoded, std::move(message));
  } else if (auto asked = std::get_if<challenge>(&*decoded); asked && phase_ == phase::challenge_wanted) {
    handle_challenge(*asked);
  } else if (auto told = std::get_if<welcome>(&*decoded); told && phase_ == phase::welcome_wanted) {
    handle_welcome(*told);
  } else {
    ++counters_.unexpected_frames;
    hang_up({relay_errc::bad_frame, std::nullopt, "unexpected frame in the handshake"});
  }
  if (control_.size() > config_.control_queue)
    hang_up({relay_errc::queue_full, std::nullopt, {}});
}

/// Answers what others can send in any number: dropped when half of the control queue is full, so that nobody can make
/// us give the link up.
void client::answer(const frame& value) {
  if (control_.size() < config_.control_queue / 2)
    enqueue(value);
}

void client::handle_challenge(const challenge& asked) {
  if (asked.version != protocol_version) {
    hang_up({relay_errc::bad_frame, refusal::unsupported, "the relay speaks another version"});
    return;
  }
  auth proof;
  proof.peer = config_.self;
  proof.host = config_.host;
  proof.token = config_.token;
  proof.proof = config_.sign(auth_message(asked.random, config_.self, config_.host));
  enqueue(proof);
  asked_ = {0, now_};
  phase_ = phase::welcome_wanted;
}

void client::handle_welcome(const welcome& told) {
  phase_ = phase::online;
  reconnect_.succeeded();
  note_round_trip(0);
  ++counters_.times_online;
  topic_limit_ = told.limit.topics;
  heartbeat_ = std::chrono::milliseconds{
      std::clamp(told.limit.heartbeat_ms, shortest_heartbeat_ms, longest_heartbeat_ms)};
  arm_heartbeat();
  events_.push_back(client_event::online{told.limit});
  told_waiting_ = 0;
  ask_for_topics();
}

void client::handle_online(const frame& value, bytes message) {
  auto tell_of_topic = [this](const std::optional<roster::changes>& changes) {
    // Normal for what crossed our leave.
    if (!changes)
      ++counters_.unknown_topics;
    else
      tell(*changes);
    counters_.peers_over_limit = roster_.over_limit();
  };
  if (auto list = std::get_if<members>(&value))
    tell_of_topic(roster_.members(list->topic, without_self(list->peers)));
  else if (auto change = std::get_if<presence>(&value))
    tell_of_topic(
        roster_.presence(change->topic, change->peer, change->joined && change->peer != config_.self));
  else if (auto lost = std::get_if<gone>(&value)) {
    close_circuits(circuits_.of(lost->peer), circuit_reason::peer_gone);
    tell(roster_.gone(lost->peer));
  } else if (auto asked = std::get_if<open>(&value))
    handle_open(*asked);
  else if (auto part = std::get_if<data>(&value))
    handle_data(*part, std::move(message));
  else if (auto granted = std::get_if<credit>(&value))
    handle_credit(*granted);
  else if (auto ended = std::get_if<reset>(&value))
    handle_end(ended->peer, ended->circuit, ended->reason);
  else if (auto bounced = std::get_if<unreachable>(&value))
    handle_end(bounced->peer, bounced->circuit, circuit_reason::unreachable);
  else if (auto told = std::get_if<relay::signal>(&value))
    events_.push_back(client_event::signal_received{told->peer, to_bytes(told->payload)});
  else if (auto asked_alive = std::get_if<ping>(&value))
    answer(pong{asked_alive->id});
  else if (auto alive = std::get_if<pong>(&value))
    note_round_trip(alive->id);
  else
    ++counters_.unexpected_frames;
}

std::vector<peer_id> client::without_self(std::vector<peer_id> peers) const {
  std::erase(peers, config_.self);
  return peers;
}

void client::handle_open(const open& asked) {
  auto made = circuits_.add(asked.peer, asked.circuit);
  if (made == nullptr) {
    ++(circuits_.full_for(asked.peer) ? counters_.circuits_over_peer_limit : counters_.refused_circuits);
    // An id in use is a hostile or broken peer: its own circuit stays as it is.
    if (circuits_.find(asked.peer, asked.circuit) == nullptr)
      answer(reset{asked.peer, asked.circuit, circuit_reason::refused});
    return;
  }
  events_.push_back(client_event::circuit_opened{made->id, asked.peer});
}

void client::handle_data(const data& part, bytes message) {
  auto which = circuits_.find(part.peer, part.circuit);
  if (which == nullptr) {
    ++counters_.unknown_circuits;
    answer(reset{part.peer, part.circuit, circuit_reason::unknown});
    return;
  }
  // Crossed our reset.
  if (which->closing)
    return;
  if (part.payload.size() > which->window) {
    ++counters_.overflows;
    answer(reset{part.peer, part.circuit, circuit_reason::overflow});
    close_circuits({which->id}, circuit_reason::overflow);
    return;
  }
  which->window -= part.payload.size();
  events_.push_back(client_event::circuit_data{which->id, std::move(message)});
}

void client::handle_credit(const credit& granted) {
  auto which = circuits_.find(granted.peer, granted.circuit);
  if (which == nullptr) {
    ++counters_.unknown_circuits;
    return;
  }
  if (which->credit + granted.octets > largest_credit) {
    ++counters_.bad_credits;
    return;
  }
  if (circuits_.grant(*which, granted.octets))
    events_.push_back(client_event::circuit_writable{which->id});
}

void client::handle_end(const peer_id& peer, std::uint64_t wire_id, circuit_reason reason) {
  auto which = circuits_.find(peer, wire_id);
  if (which == nullptr)
    ++counters_.unknown_circuits;
  else
    close_circuits({which->id}, reason);
}

} // namespace warren::relay
