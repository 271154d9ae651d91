// The sending half of channel_table: what goes into the next record.
#include "transports/session/channel_table.hpp"

#include "transports/session/compressor.hpp"
#include "transports/session/record_layer.hpp"

#include <algorithm>

namespace warren::session {

namespace {

// A channel's turn: long enough to keep the frame headers cheap, short enough for four turns in one record. What an acknowledgement
// takes of the fourth is less than least_room, and so ends that turn.
constexpr std::size_t quantum = longest_text / 4;

// A fragment shorter than this is left for the next record, unless it is all there is.
constexpr std::size_t shortest_fragment = 64;

constexpr std::size_t small_frame = 1 + 4;
constexpr std::size_t window_frame = 1 + 4 + 4;

// What a fragment needs, be it the first of a compressed stretch.
constexpr std::size_t least_room = wire::packed_frame_size + wire::data_header_size + shortest_fragment;

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
    if (must_wait_for_credit(*subject)) {
      waiting_for_completion_.push_back(subject->id); // and stays listed
      continue;
    }
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
    if (subject != nullptr && !fill_channel(*subject, record, limit))
      break;
    ready_.pop_front();
    if (subject == nullptr)
      continue;
    subject->ready = false;
    subject->turn = 0;
    tell_writable(*subject);
    if (subject->has_work()) {
      subject->ready = true;
      ready_.push_back(subject->id);
    }
  }
  return wrote_message_;
}

// One turn, or what the record has room for of it. False when the record is full; the channel then keeps its place for the rest
// of its turn.
bool channel_table::fill_channel(channel& subject, record_text& record, std::size_t limit) {
  auto alone = ready_.size() == 1; // nobody waits for the end of its turn
  while (subject.outgoing.sendable()) {
    if (subject.turn + least_room > quantum && !alone)
      return true;
    if (room_in(record, limit) < least_room)
      return false;
    if (compress_)
      pack(subject);
    auto room = alone ? room_in(record, limit) : std::min(room_in(record, limit), quantum - subject.turn);
    auto headers = wire::data_header_size + (subject.outgoing.begins_packed() ? wire::packed_frame_size : 0);
    auto next = subject.outgoing.peek(room - headers);
    if (next.packed > 0)
      wire::put(record.frames(), wire::channel_packed{subject.remote_id, next.stands_for, next.packed});
    record.put_data(wire::channel_data{subject.remote_id, next.end, next.content}, next.owner);
    subject.turn += wire::data_header_size + next.content.size();
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

// Decides how the next stretch of the channel's first message goes. As late as this, so that no more than one stretch lies
// around compressed, and what is known of the path is of now.
void channel_table::pack(channel& subject) {
  auto rest = subject.outgoing.undecided();
  if (rest.empty())
    return;
  if (auto untried = subject.packing.skip(rest.size()); untried > 0)
    return subject.outgoing.send_plain(untried);
  auto plain = rest.first(std::min(rest.size(), max_stretch));
  auto shrinks = [](byte_view octets) {
    return compress(octets, compression_policy::worthwhile(octets.size()));
  };
  bool promising = !subject.packing.samples(plain.size()) || shrinks(plain.first(compression_policy::sample));
  auto packed = promising ? shrinks(plain) : std::nullopt;
  if (!packed) {
    ++out_.counters.compression_in_vain;
    subject.packing.on_not_paid();
    return subject.outgoing.send_plain(plain.size());
  }
  ++out_.counters.compressed_out;
  out_.counters.compression_saved_out += plain.size() - packed->size();
  subject.packing.on_paid();
  subject.outgoing.send_packed(std::move(*packed), plain.size());
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
