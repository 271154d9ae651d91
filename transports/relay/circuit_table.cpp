#include "transports/relay/circuit_table.hpp"

#include <algorithm>

namespace warren::relay {

circuit_state* circuit_table::add(const peer_id& peer, std::uint64_t wire_id) {
  if (circuits_.size() >= limit_ || full_for(peer) || by_wire_.contains(key{peer, wire_id}))
    return nullptr;
  auto id = static_cast<circuit>(next_id_++);
  auto& made = circuits_[id];
  made.id = id;
  made.peer = peer;
  made.wire_id = wire_id;
  by_wire_.emplace(key{peer, wire_id}, id);
  return &made;
}

bool circuit_table::full_for(const peer_id& peer) const {
  std::size_t n = 0;
  for (auto at = by_wire_.lower_bound(key{peer, 0}); at != by_wire_.end() && at->first.first == peer; ++at)
    ++n;
  return n >= limit_per_peer_;
}

circuit_state* circuit_table::find(circuit id) {
  auto found = circuits_.find(id);
  return found == circuits_.end() ? nullptr : &found->second;
}

const circuit_state* circuit_table::find(circuit id) const {
  auto found = circuits_.find(id);
  return found == circuits_.end() ? nullptr : &found->second;
}

circuit_state* circuit_table::find(const peer_id& peer, std::uint64_t wire_id) {
  auto found = by_wire_.find(key{peer, wire_id});
  return found == by_wire_.end() ? nullptr : find(found->second);
}

circuit_state circuit_table::remove(circuit id) {
  auto found = circuits_.find(id);
  auto removed = std::move(found->second);
  circuits_.erase(found);
  by_wire_.erase(key{removed.peer, removed.wire_id});
  if (removed.scheduled)
    std::erase(order_, id);
  return removed;
}

std::vector<circuit> circuit_table::of(const peer_id& peer) const {
  std::vector<circuit> found;
  for (auto at = by_wire_.lower_bound(key{peer, 0}); at != by_wire_.end() && at->first.first == peer; ++at)
    found.push_back(at->second);
  return found;
}

std::vector<circuit> circuit_table::all() const {
  std::vector<circuit> found;
  for (const auto& [wire, id] : by_wire_)
    found.push_back(id);
  return found;
}

std::size_t circuit_table::writable(const circuit_state& which) const noexcept {
  if (which.closing || which.queued >= queue_limit_)
    return 0;
  return std::min<std::size_t>(which.credit, queue_limit_ - which.queued);
}

std::size_t circuit_table::write(circuit_state& which, byte_view octets) {
  auto room = std::min(octets.size(), writable(which));
  which.starved = which.starved || room < octets.size();
  for (auto rest = octets.first(room); !rest.empty();) {
    auto part = rest.first(std::min(rest.size(), largest_payload));
    rest = rest.subspan(part.size());
    which.queue.push_back(encode(data{which.peer, which.wire_id, part}));
  }
  which.queued += room;
  which.credit -= room;
  if (room > 0)
    schedule(which);
  return room;
}

void circuit_table::close(circuit_state& which, circuit_reason reason) {
  which.closing = reason;
  schedule(which);
}

void circuit_table::schedule(circuit_state& which) {
  if (!std::exchange(which.scheduled, true))
    order_.push_back(which.id);
}

std::optional<bytes> circuit_table::next_frame(std::optional<circuit>& unblocked) {
  if (order_.empty())
    return std::nullopt;
  auto id = order_.front();
  auto& which = circuits_.find(id)->second;
  if (which.queue.empty()) {
    auto last = encode(reset{which.peer, which.wire_id, *which.closing});
    remove(id);
    return last;
  }
  auto next = std::move(which.queue.front());
  which.queue.pop_front();
  which.queued -= next.size() - data_header;
  order_.pop_front();
  if (which.queue.empty() && !which.closing)
    which.scheduled = false;
  else
    order_.push_back(id);
  if (which.starved && writable(which) > 0) {
    which.starved = false;
    unblocked = id;
  }
  return next;
}

bool circuit_table::grant(circuit_state& which, std::uint32_t octets) {
  which.credit += octets;
  return writable(which) > 0 && std::exchange(which.starved, false);
}

} // namespace warren::relay
