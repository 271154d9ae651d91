#include "actors/channel_table.hpp"

#include "actors/wake_ups.hpp"

#include <algorithm>

namespace warren {

void channel_table::open(
    session::channel_id channel, const topic& on, caf::actor consumer, const connection_actor& self,
    const peer_info& peer) {
  act::anon_mail(connected{key_of(channel), self, on, peer}).send(consumer);
  auto& state = channels_[channel];
  state.on = on;
  state.consumer = std::move(consumer);
}

void channel_table::path_changed(const peer_info& peer) {
  for (const auto& [channel, state] : channels_)
    act::anon_mail(warren::path_changed{key_of(channel), peer}).send(state.consumer);
}

void channel_table::take(session::message message) {
  auto found = channels_.find(message.channel);
  if (found == channels_.end())
    return;
  found->second.undelivered.push_back(std::move(message.content));
  deliver(message.channel, found->second, false);
}

void channel_table::deliver(session::channel_id channel, channel_state& state, bool ignore_credit) {
  while (!state.undelivered.empty() && (ignore_credit || state.credit > 0)) {
    auto content = std::move(state.undelivered.front());
    state.undelivered.pop_front();
    auto cost = credit_of(content.size());
    state.credit -= static_cast<std::int64_t>(cost);
    session_.consumed(channel, cost);
    auto pooled = content.capacity() >= buffer_pool::worth_pooling;
    auto data = pooled ? chunk{std::move(content), buffers_} : chunk{std::move(content)};
    // As anonymous mail, but so that wake_ups can hold back who is woken.
    state.consumer->enqueue(
        nullptr, caf::make_message_id(), caf::make_message(chunk_received{key_of(channel), std::move(data)}),
        self_.context());
  }
  if (state.peer_finished && state.undelivered.empty()) {
    state.peer_finished = false;
    act::anon_mail(peer_finished{key_of(channel)}).send(state.consumer);
  }
}

void channel_table::grant(session::channel_id channel, std::uint64_t octets) {
  constexpr auto most = std::int64_t{1} << 40; // far beyond any window; keeps the sum from overflowing
  auto found = channels_.find(channel);
  if (found == channels_.end())
    return;
  auto& credit = found->second.credit;
  credit = std::min(most, credit + static_cast<std::int64_t>(std::min<std::uint64_t>(octets, most)));
  deliver(channel, found->second, false);
}

void channel_table::write(
    session::channel_id channel, chunk data, caf::typed_response_promise<void> promise) {
  enqueue(channel, {std::move(data), std::move(promise)});
}

void channel_table::finish(session::channel_id channel, caf::typed_response_promise<void> promise) {
  enqueue(channel, {finish_request{}, std::move(promise)});
}

void channel_table::enqueue(session::channel_id channel, waiting next) {
  auto found = channels_.find(channel);
  if (found == channels_.end()) {
    next.promise.deliver(make_error(errc::not_open, "the channel is closed"));
    return;
  }
  auto& state = found->second;
  if (state.queue.size() >= max_waiting_writes) {
    next.promise.deliver(
        make_error(errc::limit_reached, "too many unanswered writes: wait for a reply before the next"));
    return;
  }
  state.queue.push_back(std::move(next));
  drain_queue(channel, state);
}

void channel_table::drain_queue(session::channel_id channel, channel_state& state) {
  for (; !state.queue.empty(); state.queue.pop_front()) {
    auto& next = state.queue.front();
    if (std::holds_alternative<finish_request>(next.what)) {
      session_.finish(channel);
      accepted_.push_back(std::move(next.promise));
      continue;
    }
    auto error = write_to_session(channel, std::get<chunk>(next.what));
    if (error == session::errc::would_block)
      return;
    if (!error)
      accepted_.push_back(std::move(next.promise));
    else if (error == session::errc::message_too_large)
      next.promise.deliver(make_error(errc::too_large, error.message()));
    else
      next.promise.deliver(make_error(errc::not_open, error.message()));
  }
}

std::error_code channel_table::write_to_session(session::channel_id channel, const chunk& data) {
  // To copy a few octets costs less than to keep a large buffer of somebody's alive for them.
  constexpr std::size_t worth_sharing = 4096;
  if (data.size() < worth_sharing)
    return session_.write(channel, data.view());
  auto owner = std::make_shared<const chunk>(data);
  auto content = owner->view();
  return session_.write(channel, std::move(owner), content);
}

void channel_table::answer_writes() {
  if (accepted_.empty())
    return;
  wake_ups together{self_};
  for (auto& promise : accepted_)
    act::done(std::move(promise));
  accepted_.clear();
}

void channel_table::writable(session::channel_id channel) {
  if (auto found = channels_.find(channel); found != channels_.end())
    drain_queue(channel, found->second);
}

void channel_table::peer_finished_on(session::channel_id channel) {
  auto found = channels_.find(channel);
  if (found == channels_.end())
    return;
  found->second.peer_finished = true;
  deliver(channel, found->second, false);
}

void channel_table::leave(const topic& on) {
  for (auto& [channel, state] : channels_)
    if (state.on == on)
      state.left = true;
}

bool channel_table::has_topic(const topic& on) const {
  return std::any_of(
      channels_.begin(), channels_.end(), [&](const auto& entry) { return entry.second.on == on; });
}

bool channel_table::was_left(session::channel_id channel) const {
  auto found = channels_.find(channel);
  return found != channels_.end() && found->second.left;
}

std::optional<topic> channel_table::topic_of(session::channel_id channel) const {
  auto found = channels_.find(channel);
  if (found == channels_.end())
    return std::nullopt;
  return found->second.on;
}

void channel_table::close(
    session::channel_id channel, errc reason, const std::string& detail, bool unconfirmed) {
  auto node = channels_.extract(channel);
  if (node.empty())
    return;
  auto& state = node.mapped();
  deliver(channel, state, true);
  for (auto& next : state.queue)
    next.promise.deliver(make_error(reason, detail));
  act::anon_mail(closed{key_of(channel), reason, detail, unconfirmed}).send(state.consumer);
}

void channel_table::close_all(errc reason, const std::string& detail, bool unconfirmed) {
  answer_writes();
  while (!channels_.empty())
    close(channels_.begin()->first, reason, detail, unconfirmed);
}

} // namespace warren
