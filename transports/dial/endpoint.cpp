#include "transports/dial/endpoint.hpp"

#include "messages/address_prefix.hpp"
#include "messages/udx_packet.hpp"

#include <algorithm>

namespace warren::dial {

namespace {

/// Every UDX peer takes 1500 octets; one that tells of less is not believed.
std::size_t told(std::uint16_t largest_packet) {
  return std::max(std::size_t{largest_packet}, udx::reference_mtu);
}

} // namespace

endpoint::endpoint(config settings, random_source& random)
    : config_{settings},
      random_{random},
      cookies_{settings.cookie_lifetime, random},
      openings_{settings.opens_per_second, settings.open_burst, settings.opening_sources} {
}

// -- initiator ----------------------------------------------------------------

result<attempt_id> endpoint::dial(time_point now, const warren::endpoint& to) {
  if (to.port == 0 || to.address.is_unspecified() || to.address.is_multicast())
    return errc::bad_endpoint;
  if (attempts_.size() >= config_.max_attempts)
    return errc::too_many_attempts;
  pending fresh;
  fresh.to = to;
  fresh.local_id = allocate_id();
  random_.fill(fresh.token);
  fresh.give_up_at = now + config_.timeout;
  fresh.interval = config_.retry_interval;
  fresh.repeat_at = now + fresh.interval;
  auto id = next_attempt_++;
  outbound_ids_.insert(fresh.local_id);
  attempt_by_local_id_.emplace(fresh.local_id, id);
  send_open(fresh);
  attempts_.emplace(id, std::move(fresh));
  ++counters_.attempts;
  return id;
}

void endpoint::cancel(attempt_id attempt) {
  if (auto it = attempts_.find(attempt); it != attempts_.end())
    fail_silently(it);
}

void endpoint::handle(time_point now, const warren::endpoint& from, const control::cookie& packet) {
  auto it = find_attempt(from, packet.initiator_id, packet.token);
  if (it == attempts_.end()) {
    ++counters_.unknown_cookie;
    return;
  }
  auto& waiting = it->second;
  // The same cookie again answers a repeated open: our second open is under way.
  if (waiting.cookie == packet.value)
    return;
  waiting.cookie = packet.value;
  waiting.interval = config_.retry_interval;
  waiting.repeat_at = now + waiting.interval;
  send_open(waiting);
}

void endpoint::handle(time_point, const warren::endpoint& from, const control::accept& packet) {
  auto it = find_attempt(from, packet.initiator_id, packet.token);
  if (it == attempts_.end()) {
    ++counters_.unknown_accept;
    return;
  }
  events_.push_back(
      outbound{it->first, from, it->second.local_id, packet.responder_id, told(packet.largest_packet)});
  attempt_by_local_id_.erase(it->second.local_id);
  attempts_.erase(it);
  ++counters_.opened;
}

void endpoint::handle(time_point, const warren::endpoint& from, const control::refuse& packet) {
  auto it = find_attempt(from, packet.initiator_id, packet.token);
  if (it == attempts_.end()) {
    ++counters_.unknown_refuse;
    return;
  }
  fail(it, packet.reason == control::refusal::other_version ? errc::version_mismatch : errc::busy);
}

endpoint::attempt_map::iterator endpoint::find_attempt(
    const warren::endpoint& from, std::uint32_t id, const control::nonce& token) {
  auto by_id = attempt_by_local_id_.find(id);
  if (by_id == attempt_by_local_id_.end())
    return attempts_.end();
  auto it = attempts_.find(by_id->second);
  return it->second.to == from && it->second.token == token ? it : attempts_.end();
}

void endpoint::send_open(const pending& to) {
  enqueue(to.to, control::encode(control::open{to.local_id, to.token, to.cookie, config_.largest_packet}));
}

void endpoint::fail(attempt_map::iterator it, errc reason) {
  events_.push_back(failed{it->first, it->second.to, reason});
  fail_silently(it);
}

void endpoint::fail_silently(attempt_map::iterator it) {
  attempt_by_local_id_.erase(it->second.local_id);
  outbound_ids_.erase(it->second.local_id);
  attempts_.erase(it);
}

// -- responder ----------------------------------------------------------------

void endpoint::handle(time_point now, const warren::endpoint& from, const control::open& packet) {
  if (packet.cookie == control::cookie_value{}) {
    auto value = cookies_.make(now, from, packet.initiator_id, packet.token);
    enqueue(from, control::encode(control::cookie{packet.initiator_id, packet.token, value}));
    ++counters_.cookies_sent;
  } else if (cookies_.check(now, from, packet)) {
    handle_proven_open(now, from, packet);
  } else {
    ++counters_.bad_cookie;
  }
}

void endpoint::handle_proven_open(time_point now, const warren::endpoint& from, const control::open& packet) {
  inbound_table::key which{from, packet.initiator_id, packet.token};
  if (auto known = inbound_.find(which)) {
    if (known->released) {
      ++counters_.open_of_released;
      return;
    }
    ++counters_.accepts_repeated;
    send_accept(from, packet, known->local_id);
    return;
  }
  if (!admits(now, from.address)) {
    enqueue(
        from, control::encode(control::refuse{packet.initiator_id, packet.token, control::refusal::busy}));
    return;
  }
  make_room(from.address);
  auto local_id = allocate_id();
  inbound_.insert(which, local_id);
  unproved_.insert(local_id, source_of(from.address));
  events_.push_back(inbound{from, local_id, packet.initiator_id, told(packet.largest_packet)});
  send_accept(from, packet, local_id);
  ++counters_.accepted;
}

void endpoint::send_accept(
    const warren::endpoint& from, const control::open& packet, std::uint32_t local_id) {
  control::accept answer{packet.initiator_id, packet.token, local_id, config_.largest_packet};
  enqueue(from, control::encode(answer));
}

bool endpoint::admits(time_point now, const ip_address& from) {
  if (inbound_.proved() >= config_.max_proved) {
    ++counters_.inbound_limit;
    return false;
  }
  if (!from.is_loopback() && !openings_.admit(now, source_of(from))) {
    ++counters_.opening_rate;
    return false;
  }
  return true;
}

/// The flooder's own go first: a source with too many of them costs nobody else a place.
void endpoint::make_room(const ip_address& from) {
  auto source = source_of(from);
  if (!from.is_loopback() && unproved_.size_of(source) >= config_.max_unproved_per_source) {
    ++counters_.address_limit;
    give_way(*unproved_.oldest_of(source));
  } else if (unproved_.size() >= config_.max_unproved) {
    ++counters_.unproved_limit;
    give_way(*unproved_.oldest());
  }
}

void endpoint::give_way(std::uint32_t local_id) {
  unproved_.erase(local_id);
  events_.push_back(given_way{local_id});
}

bool endpoint::gave_way(std::uint32_t local_id) const {
  return inbound_.is_unproved(local_id) && !unproved_.contains(local_id);
}

void endpoint::handle(time_point, const warren::endpoint& from, const control::foreign_open& packet) {
  ++counters_.bad_version;
  enqueue(
      from,
      control::encode(control::refuse{packet.initiator_id, packet.token, control::refusal::other_version}));
}

void endpoint::prove(std::uint32_t local_id) {
  unproved_.erase(local_id);
  inbound_.prove(local_id);
}

void endpoint::release(time_point now, std::uint32_t local_id) {
  unproved_.erase(local_id);
  // A cookie lives up to twice its lifetime, and with it a repeated open.
  inbound_.release(local_id, now + 2 * config_.cookie_lifetime);
  if (!attempt_by_local_id_.contains(local_id))
    outbound_ids_.erase(local_id);
}

// -- the five calls -----------------------------------------------------------

void endpoint::handle_packet(time_point now, const warren::endpoint& from, byte_view datagram) {
  auto parsed = control::parse_packet(datagram);
  if (!parsed) {
    count_refused(parsed.error());
    return;
  }
  inbound_.expire(now);
  std::visit([&](const auto& packet) { handle(now, from, packet); }, *parsed);
}

void endpoint::handle_timeout(time_point now) {
  inbound_.expire(now);
  for (auto it = attempts_.begin(); it != attempts_.end();) {
    auto current = it++;
    auto& waiting = current->second;
    if (waiting.give_up_at <= now) {
      ++counters_.timed_out;
      fail(current, errc::timed_out);
    } else if (waiting.repeat_at <= now) {
      waiting.interval = std::min(2 * waiting.interval, config_.max_retry_interval);
      waiting.repeat_at = now + waiting.interval;
      send_open(waiting);
    }
  }
}

std::optional<transmit> endpoint::poll_transmit() {
  if (transmits_.empty())
    return std::nullopt;
  auto next = std::move(transmits_.front());
  transmits_.pop_front();
  return next;
}

std::optional<event> endpoint::poll_event() {
  if (events_.empty())
    return std::nullopt;
  auto next = std::move(events_.front());
  events_.pop_front();
  return next;
}

std::optional<time_point> endpoint::poll_timeout() const {
  auto next = inbound_.next_expiry();
  for (const auto& [id, waiting] : attempts_) {
    auto at = std::min(waiting.repeat_at, waiting.give_up_at);
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

// -----------------------------------------------------------------------------

void endpoint::enqueue(const warren::endpoint& to, bytes payload) {
  if (transmits_.size() >= max_queued_transmits) {
    ++counters_.transmit_limit;
    return;
  }
  transmits_.push_back({to, std::move(payload)});
}

void endpoint::count_refused(std::error_code why) {
  if (why == control::errc::not_control)
    ++counters_.not_control;
  else if (why == control::errc::truncated)
    ++counters_.truncated;
  else if (why == control::errc::bad_version)
    ++counters_.bad_version;
  else if (why == control::errc::unknown_type)
    ++counters_.unknown_type;
  else
    ++counters_.malformed;
}

std::uint32_t endpoint::allocate_id() {
  for (;;) {
    // At most a few thousand of 2^32 ids are in use, so this ends at once.
    auto id = random_.draw<std::uint32_t>();
    if (id != 0 && !outbound_ids_.contains(id) && !inbound_.holds(id))
      return id;
  }
}

} // namespace warren::dial
