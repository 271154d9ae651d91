#include "transports/udx/receiver.hpp"

#include <algorithm>
#include <utility>

namespace warren::udx {

namespace {

// The peer counts a window of n octets as n / max_payload packets; 1024 is below any max_payload in use, and
// the slack is for what it may send beyond.
std::size_t packets_ahead(std::size_t window) {
  return (window + receive_window_slack) / 1024;
}

} // namespace

receiver::receiver(const config& settings, counters& counts) noexcept
    : window_limit_{std::min(settings.receive_window, max_receive_window)},
      counters_{counts},
      // Filling a hole moves all that was held behind it.
      ready_{2 * (window_limit_ + receive_window_slack)},
      held_{packets_ahead(window_limit_)},
      told_window_{static_cast<std::uint32_t>(window_limit_)} {
}

void receiver::handle(const packet& in, const octet_sink& direct) {
  auto seq = in.header.seq;
  if (seq < next_ || held_.holds(seq)) {
    // udx.md section 4: duplicates are acknowledged again.
    ++counters_.duplicates_in;
    ack_due_ = true;
    return;
  }
  if (!admissible(in))
    return;
  auto end = in.header.has(packet_type::end);
  auto payload = in.header.has(packet_type::data) ? in.payload : byte_view{};
  auto in_order = seq == next_;
  if (!fits(payload.size(), in_order)) {
    // The peer probes a window that it should know to be full: it may not know.
    ++counters_.receive_buffer_full;
    ack_due_ = true;
    return;
  }
  if (end)
    end_seq_ = seq;
  ack_due_ = true;
  // Coming right behind the newest one held, a packet leaves all holes as they are.
  auto extends = !held_.empty() && seq == held_.highest() + 1;
  urgent_ = urgent_ || (in_order ? !held_.empty() : !extends);
  if (!in_order) {
    held_.store(seq, payload, end);
    newest_held_ = seq;
    return;
  }
  deliver(payload, end, direct);
  drain(direct);
}

bool receiver::in_window(sequence_number seq) const noexcept {
  return seq >= next_ && static_cast<std::size_t>(seq - next_) < held_.max_packets();
}

void receiver::consume(std::size_t n) noexcept {
  ready_.drop(std::min(n, ready_.front().size()));
  // RFC 9293 section 3.8.6.2.2, against silly windows: a peer that may be waiting hears of room only when
  // there is much.
  if (told_window_ < window_limit_ / 4 && window() >= window_limit_ / 2)
    ack_due_ = true;
}

void receiver::raise_window(std::size_t octets) noexcept {
  auto wanted = std::min(octets, max_receive_window);
  if (wanted <= window_limit_)
    return;
  window_limit_ = wanted;
  ready_.raise_limit(2 * (window_limit_ + receive_window_slack));
  held_.raise_limit(packets_ahead(window_limit_));
  ack_due_ = true;
}

std::uint32_t receiver::window() const noexcept {
  auto used = std::min(ready_.size(), window_limit_);
  return static_cast<std::uint32_t>(window_limit_ - used);
}

std::span<const sack_block> receiver::sack_blocks() const noexcept {
  auto all = held_.blocks();
  if (all.size() <= max_sack_blocks)
    return all;
  auto behind_newest = std::upper_bound(
      all.begin(), all.end(), newest_held_,
      [](sequence_number value, const sack_block& block) { return value < block.start; });
  auto last = std::max<std::size_t>(static_cast<std::size_t>(behind_newest - all.begin()), max_sack_blocks);
  return all.subspan(last - max_sack_blocks, max_sack_blocks);
}

void receiver::on_ack_sent() noexcept {
  ack_due_ = false;
  urgent_ = false;
  told_window_ = window();
}

bool receiver::take_readable() noexcept {
  return std::exchange(readable_raised_, false);
}

void receiver::release_spare() noexcept {
  if (ready_.empty())
    ready_.release();
  if (held_.empty())
    held_.release();
}

bool receiver::admissible(const packet& in) {
  auto seq = in.header.seq;
  if (!in_window(seq)) {
    ++counters_.out_of_window;
    return false;
  }
  auto behind_end = end_seq_ && seq > *end_seq_;
  auto second_end = in.header.has(packet_type::end) && end_seq_ && seq != *end_seq_;
  auto end_before_data = in.header.has(packet_type::end) && !held_.empty() && held_.highest() > seq;
  if (behind_end || second_end || end_before_data) {
    ++counters_.after_end;
    return false;
  }
  return true;
}

// Packets in order do not count those held against them: only they can fill the hole that holds the others
// up.
bool receiver::fits(std::size_t octets, bool in_order) const noexcept {
  auto kept = ready_.size() + (in_order ? 0 : held_.octets());
  return kept + octets <= window_limit_ + receive_window_slack;
}

void receiver::deliver(byte_view payload, bool end, const octet_sink& direct) {
  next_ = next_ + 1;
  counters_.octets_in += payload.size();
  if (direct && ready_.empty()) {
    if (!payload.empty())
      direct(payload);
  } else {
    ready_.append(payload);
    readable_raised_ = readable_raised_ || !payload.empty();
  }
  ended_ = ended_ || end;
}

void receiver::drain(const octet_sink& direct) {
  while (!held_.empty() && held_.blocks().front().start == next_) {
    auto seq = next_;
    auto kept = held_.front(seq);
    deliver(kept.payload, kept.end, direct);
    held_.pop_front(seq);
  }
}

} // namespace warren::udx
