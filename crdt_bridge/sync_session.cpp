#include "crdt_bridge/sync_session.hpp"

#include <algorithm>

namespace warren::crdt {

sync_counters& sync_counters::operator+=(const sync_counters& other) noexcept {
  messages_in += other.messages_in;
  messages_out += other.messages_out;
  items_in += other.items_in;
  items_out += other.items_out;
  listings += other.listings;
  live_overflows += other.live_overflows;
  stalls += other.stalls;
  return *this;
}

sync_session::sync_session(
    peer_handle peer, const sync_limits& limits, const crdt_engine& engine, fetch_claims& claims,
    random_source& random, time_point now)
    : peer_{peer},
      limits_{limits},
      engine_{engine},
      claims_{claims},
      random_{random},
      listing_{limits.page_keys},
      requests_{limits.max_peer_requests, limits.page_keys, limits.max_items_octets},
      live_{limits.max_live_queue},
      progress_{now} {
  schedule_summary(now);
}

sync_session::~sync_session() {
  claims_.release_all(peer_);
}

std::error_code sync_session::handle_message(time_point now, wall_time wall, byte_view data) {
  auto message = sync::decode(data);
  if (!message)
    return message.error();
  if (hello_received_ == std::holds_alternative<sync::hello>(*message))
    return sync::errc::unexpected_hello;
  auto why = std::visit([&](auto& content) { return take(content, wall); }, *message);
  if (why)
    return why;
  progress_ = now;
  stalled_ = false;
  ++counters_.messages_in;
  return {};
}

std::error_code sync_session::take(const sync::hello& message, wall_time) {
  if (message.engine != engine_.kind())
    return sync::errc::other_engine;
  hello_received_ = true;
  compare(message.set);
  return {};
}

std::error_code sync_session::take(const sync::summary& message, wall_time) {
  compare(message);
  return {};
}

void sync_session::compare(const sync::summary& theirs) {
  // An empty set has nothing to list.
  if (theirs.count == 0 || theirs == own_summary())
    return;
  ++counters_.listings;
  listing_.start();
}

std::error_code sync_session::take(sync::list& message, wall_time) {
  return requests_.add(std::move(message)) ? std::error_code{} : sync::errc::too_many_requests;
}

std::error_code sync_session::take(sync::want& message, wall_time) {
  return requests_.add(std::move(message)) ? std::error_code{} : sync::errc::too_many_requests;
}

std::error_code sync_session::take(const sync::page& message, wall_time wall) {
  return listing_.handle_page(message, engine_, wall);
}

std::error_code sync_session::check_items(const sync::items& message) const {
  auto request = wanted_.find(message.request);
  if (message.request != 0 && request == wanted_.end())
    return sync::errc::unasked;
  for (const auto& each : message.content) {
    if (message.request != 0 && !request->second.contains(each.key.id))
      return sync::errc::unasked;
    if (auto why = engine_.check(each))
      return why;
  }
  return {};
}

std::error_code sync_session::take(sync::items& message, wall_time) {
  if (auto why = check_items(message))
    return why;
  for (const auto& each : message.content) {
    if (message.request != 0)
      wanted_[message.request].erase(each.key.id);
    listing_.take_candidate(each.key.id);
    live_.remove(each.key.id);
    claims_.claim(each.key.id, peer_);
    undecided_.insert(each.key.id);
  }
  if (message.request != 0 && message.last) {
    for (const auto& gone : wanted_[message.request])
      claims_.release(gone, peer_);
    wanted_.erase(message.request);
  }
  counters_.items_in += message.content.size();
  received_ = std::move(message.content);
  return {};
}

void sync_session::item_decided(const item_id& id) {
  undecided_.erase(id);
}

void sync_session::item_added(time_point now, const item_key& key) {
  bool peer_has_it = undecided_.contains(key.id) || listing_.take_candidate(key.id);
  for (const auto& [request, ids] : wanted_)
    peer_has_it = peer_has_it || ids.contains(key.id);
  if (peer_has_it)
    return;
  if (!live_.push(key)) {
    ++counters_.live_overflows;
    summary_due_now_ = true;
    live_due_.reset();
    return;
  }
  if (!live_due_)
    live_due_ = now + limits_.live_interval;
}

void sync_session::write_accepted(std::size_t octets) noexcept {
  in_flight_ -= std::min(octets, in_flight_);
}

std::optional<bytes> sync_session::poll_transmit(time_point now) {
  if (in_flight_ >= limits_.max_in_flight)
    return std::nullopt;
  auto message = next_message(now);
  if (!message)
    return std::nullopt;
  if (auto sent = std::get_if<sync::items>(&*message))
    counters_.items_out += sent->content.size();
  ++counters_.messages_out;
  auto data = sync::encode(*message);
  in_flight_ += data.size();
  return data;
}

std::optional<sync::message> sync_session::next_message(time_point now) {
  if (!hello_sent_) {
    hello_sent_ = true;
    return sync::hello{engine_.kind(), own_summary()};
  }
  if (summary_due_now_) {
    summary_due_now_ = false;
    return own_summary();
  }
  bool waited = awaiting_answer();
  if (auto request = next_request()) {
    if (!waited)
      progress_ = now;
    return request;
  }
  live_next_ = !live_next_;
  if (live_next_) {
    auto live = next_live(now);
    return live ? live : requests_.poll(engine_, live_);
  }
  auto answer = requests_.poll(engine_, live_);
  return answer ? answer : next_live(now);
}

std::optional<sync::message> sync_session::next_request() {
  if (wanted_.size() < limits_.wants_in_flight) {
    auto ids = listing_.take_wanted(limits_.want_ids, engine_, claims_, peer_);
    if (!ids.empty()) {
      auto request = new_request();
      wanted_.emplace(request, std::unordered_set<item_id>{ids.begin(), ids.end()});
      return sync::want{request, std::move(ids)};
    }
  }
  if (auto question = listing_.poll_list(last_request_ + 1)) {
    new_request();
    return *question;
  }
  return std::nullopt;
}

std::optional<sync::message> sync_session::next_live(time_point now) {
  if (!live_due_ || now < *live_due_)
    return std::nullopt;
  sync::items batch;
  auto size = sync::items_header;
  while (auto id = live_.pop()) {
    auto found = engine_.get(*id);
    if (!found)
      continue; // overwritten already
    size += sync::item_header + found->payload.size();
    if (size > limits_.max_items_octets && !batch.content.empty()) {
      live_.unpop(*id);
      break;
    }
    batch.content.push_back(std::move(*found));
  }
  if (live_.empty())
    live_due_.reset();
  if (batch.content.empty())
    return std::nullopt;
  return batch;
}

std::uint32_t sync_session::new_request() noexcept {
  return ++last_request_;
}

std::error_code sync_session::handle_timeout(time_point now) {
  if (awaiting_answer() && !stalled_ && now - progress_ >= limits_.stall_timeout) {
    stalled_ = true;
    ++counters_.stalls;
    claims_.release_all(peer_);
  }
  if (awaiting_answer() && now - progress_ >= limits_.answer_timeout)
    return sync::errc::no_answer;
  if (now >= summary_due_) {
    schedule_summary(now);
    summary_due_now_ = true;
  }
  return {};
}

std::optional<time_point> sync_session::poll_timeout() const {
  auto due = summary_due_;
  // While the peer's connection is full, its replies wake us.
  if (live_due_ && in_flight_ < limits_.max_in_flight)
    due = std::min(due, *live_due_);
  if (awaiting_answer())
    due = std::min(due, progress_ + (stalled_ ? limits_.answer_timeout : limits_.stall_timeout));
  return due;
}

bool sync_session::idle() const noexcept {
  return hello_sent_ && hello_received_ && !listing_.running() && wanted_.empty() && requests_.empty()
         && live_.empty() && undecided_.empty();
}

void sync_session::schedule_summary(time_point now) {
  auto mean = static_cast<std::uint64_t>(limits_.relist_interval.count());
  summary_due_ = now + std::chrono::milliseconds{mean * 3 / 4 + random_.below(mean / 2 + 1)};
}

} // namespace warren::crdt
