#pragma once

#include "messages/time.hpp"

#include <cstdint>
#include <vector>

namespace warren::sim {

/// Something that happens at a time: 24 octets, what it means stands in a table of its kind under `index`.
struct event {
  enum class kind : std::uint8_t { datagram, deadline, action };

  time_point when;
  /// Events of equal time happen in the order in which they were scheduled. Also tells a live entry of a table from one
  /// that has been cancelled or replaced.
  std::uint64_t sequence = 0;
  std::uint32_t index = 0;
  kind what = kind::action;
};

/// A heap of events, earliest first. Four children per entry: half as deep as a binary one, and the children of an entry
/// lie side by side. Nothing is ever taken out of its middle: a cancelled event is skipped when its time has come.
class event_queue {
public:
  bool empty() const noexcept { return heap_.empty(); }

  std::size_t size() const noexcept { return heap_.size(); }

  const event& front() const noexcept { return heap_.front(); }

  void push(const event& what) {
    heap_.push_back(what);
    auto at = heap_.size() - 1;
    while (at > 0) {
      auto parent = (at - 1) / arity;
      if (!earlier(what, heap_[parent]))
        break;
      heap_[at] = heap_[parent];
      at = parent;
    }
    heap_[at] = what;
  }

  event pop() {
    auto result = heap_.front();
    auto last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty())
      sink(last);
    return result;
  }

private:
  static constexpr std::size_t arity = 4;

  static bool earlier(const event& a, const event& b) noexcept {
    return a.when != b.when ? a.when < b.when : a.sequence < b.sequence;
  }

  /// Puts `what` in the place of the first entry and lets it down to where it belongs.
  void sink(const event& what) {
    std::size_t at = 0;
    for (;;) {
      auto first = at * arity + 1;
      if (first >= heap_.size())
        break;
      auto best = first;
      for (auto child = first + 1; child < heap_.size() && child < first + arity; ++child)
        if (earlier(heap_[child], heap_[best]))
          best = child;
      if (!earlier(heap_[best], what))
        break;
      heap_[at] = heap_[best];
      at = best;
    }
    heap_[at] = what;
  }

  std::vector<event> heap_;
};

} // namespace warren::sim
