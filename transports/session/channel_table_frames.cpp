// The receiving half of channel_table: what the peer's frames do.
#include "transports/session/channel_table.hpp"

#include "transports/crypto/secret.hpp"

namespace warren::session {

namespace {

// More credit than any honest receiver gives; keeps the sum far from its end.
constexpr std::uint64_t max_credit = std::uint64_t{1} << 40;

} // namespace

std::error_code channel_table::on_frame(time_point now, const wire::channel_open& f) {
  if (!peer_opens_.take(now))
    return errc::too_many_opens;
  auto known = find_by_proof(f.proof);
  auto refused = known == topics_.end() || stopped_;
  if (!refused && known->second.state != topic_state::opening)
    refused = channels_of(known->first) >= max_channels_per_topic || channels_.size() >= 2 * limits_.channels;
  if (refused) {
    ++out_.counters.topics_refused_to_peer;
    out_.control.push_back(wire::channel_refuse{f.sender_channel});
    return {};
  }
  auto& entry = known->second;
  if (entry.state == topic_state::opening) {
    // Crossing opens: the peer's is the answer to ours, and ours to the peer's.
    --opens_in_flight_;
    become_open(*find(entry.channel), f.sender_channel, f.window);
    return {};
  }
  auto& created = add_channel(known->first);
  out_.control.push_back(
      wire::channel_accept{f.sender_channel, created.id, entry.own_proof, limits_.receive_window});
  become_open(created, f.sender_channel, f.window);
  return {};
}

std::error_code channel_table::on_frame(time_point, const wire::channel_accept& f) {
  auto* subject = find(f.channel);
  if (subject == nullptr)
    return errc::unknown_channel;
  if (subject->open)
    return errc::unexpected_frame;
  if (!crypto::equal_in_constant_time(topics_.at(subject->subject).peer_proof, f.proof))
    return errc::bad_topic_proof;
  --opens_in_flight_;
  become_open(*subject, f.sender_channel, f.window);
  return {};
}

std::error_code channel_table::on_frame(time_point, const wire::channel_refuse& f) {
  auto* subject = find(f.channel);
  if (subject == nullptr)
    return errc::unknown_channel;
  if (subject->open)
    return errc::unexpected_frame;
  --opens_in_flight_;
  auto known = topics_.find(subject->subject);
  if (known->second.joined) {
    known->second.state = topic_state::idle;
    out_.events.push_back(channel_refused{subject->subject});
  } else {
    topics_.erase(known);
  }
  erase_channel(*subject);
  return {};
}

std::error_code channel_table::on_frame(time_point, const wire::channel_close& f) {
  auto found = find_open(f.channel);
  if (!found)
    return found.error();
  auto& subject = **found;
  if (!subject.close_sent)
    out_.control.push_back(wire::channel_close{subject.remote_id});
  auto known = topics_.find(subject.subject);
  if (known != topics_.end() && known->second.state == topic_state::open
      && known->second.channel == f.channel)
    known->second.state = topic_state::idle;
  if (subject.announced)
    out_.events.push_back(channel_closed{f.channel});
  erase_channel(subject);
  return {};
}

std::error_code channel_table::on_frame(time_point, const wire::channel_data& f) {
  auto found = find_open(f.channel);
  if (!found)
    return found.error();
  auto& subject = **found;
  if (subject.close_requested)
    return {}; // nobody reads it any more; the peer did not know yet
  auto before = subject.incomplete();
  auto whole = subject.on_data(f.content, f.end, out_.buffers.get());
  if (!whole)
    return whole.error();
  incomplete_ += subject.incomplete() - before;
  if (*whole) {
    settle_incomplete(f.channel, subject.assembling.size());
    ++out_.counters.messages_in;
    out_.events.push_back(message{f.channel, std::move(subject.assembling)});
    subject.assembling = {};
  }
  list_window(subject);
  return {};
}

std::error_code channel_table::on_frame(time_point, const wire::channel_packed& f) {
  if (!negotiated_)
    return errc::unexpected_frame;
  auto found = find_open(f.channel);
  if (!found)
    return found.error();
  auto& subject = **found;
  if (subject.close_requested)
    return {};
  if (auto violated = subject.on_packed(f.size, f.packed))
    return violated;
  incomplete_ += f.size;
  ++out_.counters.compressed_in;
  out_.counters.compression_saved_in += f.size - f.packed;
  list_window(subject);
  return {};
}

std::error_code channel_table::on_frame(time_point, const wire::channel_window& f) {
  auto found = find_open(f.channel);
  if (!found)
    return found.error();
  auto& subject = **found;
  if (f.increment == 0)
    return errc::malformed_frame;
  if (subject.outgoing.credit() + f.increment > max_credit)
    return errc::flow_control_violation;
  subject.outgoing.credit(f.increment);
  mark_ready(subject);
  return {};
}

std::error_code channel_table::on_frame(time_point, const wire::channel_finish& f) {
  auto found = find_open(f.channel);
  if (!found)
    return found.error();
  auto& subject = **found;
  if (subject.remote_finished || !subject.assembling.empty() || subject.unpacking.left > 0)
    return errc::unexpected_frame;
  subject.remote_finished = true;
  if (!subject.close_requested)
    out_.events.push_back(finished{f.channel});
  return {};
}

} // namespace warren::session
