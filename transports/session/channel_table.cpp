#include "transports/session/channel_table.hpp"

#include "transports/crypto/secret.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace warren::session {

namespace {

constexpr double own_open_burst = 4096;
constexpr double own_opens_per_second = 32;

} // namespace

channel_table::channel_table(const limits& bounds, role side, outputs& out)
    : limits_{bounds},
      side_{side},
      out_{out},
      own_opens_{own_open_burst, own_opens_per_second},
      peer_opens_{2 * own_open_burst, 2 * own_opens_per_second} {
}

// -- topics --------------------------------------------------------------------------------------------------------------

std::error_code channel_table::join(const topic& subject, byte_view secret) {
  if (stopped_)
    return errc::not_open;
  if (auto known = topics_.find(subject); known != topics_.end()) {
    auto& entry = known->second;
    if (!entry.joined) {
      entry.joined = true;
      find(entry.channel)->close_requested = false;
    }
    return {};
  }
  if (topics_.size() >= limits_.channels)
    return errc::limit_reached;
  auto& entry = topics_[subject];
  entry.secret = secret_bytes{secret};
  if (handshake_hash_)
    make_proofs(subject, entry);
  open_queue_.push_back(subject);
  return {};
}

void channel_table::leave(const topic& subject) {
  auto known = topics_.find(subject);
  if (known == topics_.end() || !known->second.joined)
    return;
  for (auto& [id, each] : channels_)
    if (each->open && each->subject == subject && !each->close_requested)
      request_close(*each);
  auto& entry = known->second;
  if (entry.state == topic_state::opening) {
    // Its answer is still to come and must find the channel.
    entry.joined = false;
    find(entry.channel)->close_requested = true;
    return;
  }
  if (entry.state == topic_state::waiting)
    std::erase(open_queue_, subject);
  topics_.erase(known);
}

void channel_table::start(const std::array<std::byte, 32>& handshake_hash) {
  handshake_hash_ = handshake_hash;
  for (auto& [subject, entry] : topics_)
    make_proofs(subject, entry);
}

void channel_table::make_proofs(const topic& subject, topic_entry& entry) {
  entry.own_proof = topic_proof(*handshake_hash_, side_, subject, entry.secret.view());
  entry.peer_proof = topic_proof(*handshake_hash_, other(side_), subject, entry.secret.view());
  entry.secret = {};
}

// Every topic is compared, whether one matched or not, so that time tells nothing.
channel_table::topic_map::iterator channel_table::find_by_proof(const wire::mac& proof) {
  auto found = topics_.end();
  for (auto i = topics_.begin(); i != topics_.end(); ++i)
    if (crypto::equal_in_constant_time(i->second.peer_proof, proof))
      found = i;
  return found;
}

void channel_table::request_opens(time_point now) {
  own_opens_exhausted_ = false;
  if (!handshake_hash_ || stopped_)
    return;
  while (!open_queue_.empty() && opens_in_flight_ < max_opens_in_flight) {
    auto known = topics_.find(open_queue_.front());
    if (known == topics_.end() || known->second.state != topic_state::waiting) {
      open_queue_.pop_front(); // the peer was faster
      continue;
    }
    if (channels_of(known->first) >= max_channels_per_topic) {
      open_queue_.pop_front(); // until one is closed, see erase_channel
      continue;
    }
    if (!own_opens_.take(now)) {
      own_opens_exhausted_ = true;
      return;
    }
    open_queue_.pop_front();
    auto& created = add_channel(known->first);
    known->second.channel = created.id;
    known->second.state = topic_state::opening;
    ++opens_in_flight_;
    out_.control.push_back(wire::channel_open{created.id, known->second.own_proof, limits_.receive_window});
  }
}

std::optional<time_point> channel_table::deadline() const noexcept {
  if (!own_opens_exhausted_ || stopped_)
    return std::nullopt;
  return own_opens_.next();
}

// -- channels ------------------------------------------------------------------------------------------------------------

channel* channel_table::find(channel_id id) const noexcept {
  auto found = channels_.find(id);
  return found == channels_.end() ? nullptr : found->second.get();
}

result<channel*> channel_table::find_open(channel_id id) const {
  auto* found = find(id);
  if (found == nullptr)
    return errc::unknown_channel;
  if (!found->open)
    return errc::unexpected_frame;
  return found;
}

channel& channel_table::add_channel(const topic& subject) {
  auto id = next_id_++;
  auto created = std::make_unique<channel>(id, subject, limits_.receive_window);
  return *(channels_[id] = std::move(created));
}

// Called when both sides have closed the channel, or its open was refused.
void channel_table::erase_channel(const channel& gone) {
  auto id = gone.id;
  settle_incomplete(id, gone.incomplete());
  auto known = topics_.find(gone.subject);
  // Its open may have waited for this.
  if (known != topics_.end() && known->second.state == topic_state::waiting)
    open_queue_.push_back(gone.subject);
  channels_.erase(id);
}

std::size_t channel_table::channels_of(const topic& subject) const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(channels_, [&](const auto& entry) { return entry.second->subject == subject; }));
}

void channel_table::become_open(channel& subject, channel_id remote_id, std::uint32_t window) {
  subject.remote_id = remote_id;
  subject.open = true;
  subject.outgoing.credit(window);
  auto known = topics_.find(subject.subject);
  assert(known != topics_.end());
  known->second.state = topic_state::open;
  known->second.channel = subject.id;
  if (known->second.joined) {
    subject.announced = true;
    out_.events.push_back(channel_opened{subject.id, subject.subject});
    return;
  }
  topics_.erase(known);
  mark_ready(subject);
}

void channel_table::request_close(channel& subject) {
  subject.close_requested = true;
  settle_incomplete(subject.id, subject.incomplete());
  subject.forget_incoming();
  mark_ready(subject);
}

void channel_table::mark_ready(channel& subject) {
  if (subject.ready || !subject.has_work())
    return;
  subject.ready = true;
  ready_.push_back(subject.id);
}

std::error_code channel_table::check_write(channel_id id, std::size_t octets) {
  auto* subject = find(id);
  if (stopped_ || subject == nullptr || !subject->open || subject->finish_requested
      || subject->close_requested)
    return errc::not_open;
  if (octets > max_message)
    return errc::message_too_large;
  const auto& queue = subject->outgoing;
  if (!queue.empty() && queue.size() + octets + message_cost > limits_.send_queue_bytes) {
    subject->blocked = true;
    return errc::would_block;
  }
  return {};
}

void channel_table::push(channel_id id, shared_octets content) {
  auto* subject = find(id);
  subject->outgoing.push(std::move(content));
  ++out_.counters.messages_out;
  mark_ready(*subject);
}

void channel_table::consumed(channel_id id, std::uint64_t credit) {
  auto* subject = find(id);
  if (subject == nullptr || subject->close_requested)
    return;
  subject->incoming.consumed(credit);
  list_window(*subject);
}

void channel_table::list_window(channel& subject) {
  if (subject.window_listed || subject.remote_finished || !subject.incoming.grant_due())
    return;
  subject.window_listed = true;
  window_list_.push_back(subject.id);
}

// True when fragments of the channel's message are not paid back for now: other messages are incomplete, and one of them is to
// be completed first.
bool channel_table::must_wait_for_credit(const channel& subject) {
  if (subject.incomplete() == 0 || incomplete_ <= limits_.incomplete_bytes)
    return false;
  if (!completing_)
    completing_ = subject.id;
  return *completing_ != subject.id;
}

// Called when `octets` of the channel's incomplete message were completed or dropped. Whoever waited may get credit now.
void channel_table::settle_incomplete(channel_id of, std::size_t octets) {
  incomplete_ -= octets;
  if (completing_ == of)
    completing_.reset();
  if (std::erase(waiting_for_completion_, of) > 0)
    window_list_.push_back(of);
  auto room = incomplete_ <= limits_.incomplete_bytes;
  while (!waiting_for_completion_.empty() && (room || !completing_)) {
    if (!room)
      completing_ = waiting_for_completion_.front();
    window_list_.push_back(waiting_for_completion_.front());
    waiting_for_completion_.pop_front();
  }
}

void channel_table::finish(channel_id id) {
  auto* subject = find(id);
  if (subject == nullptr || !subject->open || stopped_)
    return;
  subject->finish_requested = true;
  mark_ready(*subject);
}

std::size_t channel_table::queued(channel_id id) const noexcept {
  auto* subject = find(id);
  return subject != nullptr ? subject->outgoing.size() : 0;
}

bool channel_table::drained() const noexcept {
  return std::ranges::all_of(channels_, [](const auto& entry) {
    const auto& c = *entry.second;
    return c.outgoing.empty() && (!c.finish_requested || c.finish_sent);
  });
}

} // namespace warren::session
