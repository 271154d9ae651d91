#include "transports/udx/scoreboard.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

constexpr std::size_t smallest_ring = 8;

} // namespace

void scoreboard::push(const segment& sent) {
  if (outstanding() == ring_.size())
    grow();
  auto seq = nxt_;
  nxt_ = nxt_ + 1;
  auto& slot = (*this)[seq];
  slot = sent;
  slot.where = segment::place::in_flight;
  link(flight_, seq);
}

void scoreboard::pop() noexcept {
  take_out(una_);
  una_ = una_ + 1;
}

void scoreboard::mark_sacked(sequence_number seq) noexcept {
  take_out(seq);
  auto& slot = (*this)[seq];
  slot.where = segment::place::sacked;
  slot.skip = seq + 1;
}

void scoreboard::mark_lost(sequence_number seq) noexcept {
  unlink(flight_, seq);
  (*this)[seq].where = segment::place::lost;
  link(lost_, seq);
}

void scoreboard::mark_resent(sequence_number seq, time_point now) noexcept {
  take_out(seq);
  auto& slot = (*this)[seq];
  slot.where = segment::place::in_flight;
  slot.sent = now;
  slot.retransmitted = true;
  slot.padding = 0;
  link(flight_, seq);
}

// Union-find with path halving: however often the same blocks are reported, a sacked run is walked about
// once.
sequence_number scoreboard::next_unsacked(sequence_number seq) noexcept {
  while (seq < nxt_ && (*this)[seq].where == segment::place::sacked) {
    auto& slot = (*this)[seq];
    if (slot.skip < nxt_ && (*this)[slot.skip].where == segment::place::sacked)
      slot.skip = (*this)[slot.skip].skip;
    seq = slot.skip;
  }
  return seq;
}

void scoreboard::release() noexcept {
  ring_ = {};
  una_ = nxt_;
  flight_ = lost_ = {};
}

void scoreboard::link(list& into, sequence_number seq) noexcept {
  if (into.count++ == 0) {
    into.head = into.tail = seq;
    return;
  }
  (*this)[into.tail].next = seq;
  (*this)[seq].previous = into.tail;
  into.tail = seq;
}

void scoreboard::unlink(list& from, sequence_number seq) noexcept {
  auto& slot = (*this)[seq];
  --from.count;
  if (seq == from.head)
    from.head = slot.next;
  else
    (*this)[slot.previous].next = slot.next;
  if (seq == from.tail)
    from.tail = slot.previous;
  else
    (*this)[slot.next].previous = slot.previous;
}

void scoreboard::take_out(sequence_number seq) noexcept {
  auto where = (*this)[seq].where;
  if (where == segment::place::in_flight)
    unlink(flight_, seq);
  else if (where == segment::place::lost)
    unlink(lost_, seq);
}

void scoreboard::grow() {
  std::vector<segment> larger(std::max(smallest_ring, ring_.size() * 2));
  auto mask = static_cast<std::uint32_t>(larger.size() - 1);
  for (auto seq = una_; seq != nxt_; seq = seq + 1)
    larger[seq.value & mask] = (*this)[seq];
  ring_ = std::move(larger);
  mask_ = mask;
}

} // namespace warren::udx
