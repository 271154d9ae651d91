// The sending half of channel_table: what goes into the next record.
#include "transports/session/channel_table.hpp"

#include <algorithm>

namespace warren::session {

namespace {

// A channel's turn: long enough to keep the frame headers cheap, short enough for four turns in one record.
constexpr std::size_t quantum = 16 * 1024;

// A fragment shorter than this is left for the next record, unless it is all there is.
constexpr std::size_t shortest_fragment = 64;

constexpr std::size_t small_frame = 1 + 4;
constexpr std::size_t window_frame = 1 + 4 + 4;

std::size_t room_in(const record_text& record, std::size_t limit) {
  return limit - std::min(limit, record.size());
}

} // namespace

void channel_table::fill_windows(record_text& record, std::size_t limit) {
  while (!window_list_.empty() && room_in(record, limit) >= window_frame) {
    auto* subject = find(window_list_.front());
    window_list_.pop_front();
    if (subject == nullptr)
      continue;
    subject->window_listed = false;
    if (subject->close_requested)
      continue;
    // A message that was completed since may have taken up what was owed; no frame gives nothing.
    if (auto increment = subject->incoming.take_grant(); increment > 0)
      wire::put(record.frames(), wire::channel_window{subject->remote_id, increment});
  }
}

bool channel_table::fill_data(record_text& record, std::size_t limit) {
  wrote_message_ = false;
  while (!ready_.empty()) {
    auto* subject = find(ready_.front());
    auto before = record.size();
    auto full = subject != nullptr && !fill_channel(*subject, record, limit);
    if (full && record.size() == before)
      break; // it keeps its place
    ready_.pop_front();
    if (subject == nullptr)
      continue;
    subject->ready = false;
    tell_writable(*subject);
    if (subject->has_work()) {
      subject->ready = true;
      ready_.push_back(subject->id);
    }
    if (full)
      break;
  }
  return wrote_message_;
}

// One turn, which ends with the record: where records are short, one channel would otherwise have them all. False when the
// record is full.
bool channel_table::fill_channel(channel& subject, record_text& record, std::size_t limit) {
  auto turn = std::min(limit, record.size() + quantum);
  while (subject.outgoing.sendable()) {
    if (room_in(record, limit) < wire::data_header_size + shortest_fragment)
      return false;
    if (room_in(record, turn) < wire::data_header_size + shortest_fragment)
      return true;
    auto next = subject.outgoing.peek(room_in(record, turn) - wire::data_header_size);
    record.put_data(wire::channel_data{subject.remote_id, next.end, next.content}, next.owner);
    wrote_message_ = true;
    subject.outgoing.pop(next);
  }
  if (!subject.outgoing.empty())
    return true; // waits for credit
  if (room_in(record, limit) < 2 * small_frame)
    return false;
  fill_end(subject, record);
  return true;
}

void channel_table::fill_end(channel& subject, record_text& record) {
  if (subject.finish_requested && !subject.finish_sent) {
    subject.finish_sent = true;
    wire::put(record.frames(), wire::channel_finish{subject.remote_id});
    wrote_message_ = true;
  }
  if (subject.close_requested && !subject.close_sent) {
    subject.close_sent = true;
    wire::put(record.frames(), wire::channel_close{subject.remote_id});
  }
}

void channel_table::tell_writable(channel& subject) {
  if (!subject.blocked || subject.outgoing.size() > limits_.send_queue_bytes / 2)
    return;
  subject.blocked = false;
  out_.events.push_back(writable{subject.id});
}

} // namespace warren::session
