#include "transports/dht/rpc.hpp"

#include "transports/dht/version.hpp"

#include <algorithm>

namespace warren::dht {

duration rpc::timeout_for(const endpoint& node) const {
  auto estimate = rtts_.of(node);
  if (estimate.measured)
    return std::clamp(estimate.rto(), limits_.min_timeout, limits_.max_timeout);
  // A node not met yet may be farther away than all others so far: allow for it, but no longer than for the first one.
  if (rtts_.overall().measured)
    return std::clamp(2 * rtts_.overall().rto(), limits_.min_timeout, limits_.initial_timeout);
  return limits_.initial_timeout;
}

bool rpc::ask(time_point now, const endpoint& node, const krpc::query& query, purpose why, lookup_id lookup) {
  if (full())
    return false;
  transaction next;
  random_.fill(next.id);
  next.about = {node, why, lookup};
  next.datagram = krpc::encode({next.id, query, read_only_, {}, as_byte_view(client_version)});
  next.first_sent = now;
  next.timeout = timeout_for(node);
  next.deadline = now + next.timeout;
  next.attempts_left = std::max(limits_.attempts, 1u) - 1;
  outbox_.push_back({node, next.datagram});
  pending_.push_back(std::move(next));
  ++totals_.sent;
  return true;
}

std::optional<rpc::outcome> rpc::match(time_point now, const endpoint& from, byte_view transaction_id) {
  auto found = std::find_if(pending_.begin(), pending_.end(), [&](const transaction& t) {
    return t.about.node == from
           && std::equal(t.id.begin(), t.id.end(), transaction_id.begin(), transaction_id.end());
  });
  if (found == pending_.end())
    return std::nullopt;
  // An answer to a repeated query is taken for one to the first sending (against RFC 6298 3): that can only
  // overestimate, and lets the estimate of a slow node grow.
  rtts_.add(from, now - found->first_sent);
  auto result = found->about;
  pending_.erase(found);
  return result;
}

std::optional<rpc::outcome> rpc::poll_overdue(time_point now) {
  auto due = std::find_if(
      pending_.begin(), pending_.end(), [now](const transaction& t) { return t.deadline <= now; });
  if (due == pending_.end())
    return std::nullopt;
  auto result = due->about;
  if (due->attempts_left == 0) {
    result.given_up = true;
    pending_.erase(due);
    ++totals_.timed_out;
    return result;
  }
  --due->attempts_left;
  due->timeout = std::min(2 * due->timeout, limits_.max_timeout);
  due->deadline = now + due->timeout;
  outbox_.push_back({due->about.node, due->datagram});
  ++totals_.repeated;
  return result;
}

std::optional<transmit> rpc::poll_transmit() {
  if (outbox_.empty())
    return std::nullopt;
  auto next = std::move(outbox_.front());
  outbox_.pop_front();
  return next;
}

std::optional<time_point> rpc::poll_timeout() const {
  if (pending_.empty())
    return std::nullopt;
  auto earlier = [](const transaction& a, const transaction& b) { return a.deadline < b.deadline; };
  return std::min_element(pending_.begin(), pending_.end(), earlier)->deadline;
}

bool rpc::asking(const endpoint& node) const noexcept {
  return std::any_of(
      pending_.begin(), pending_.end(), [&](const transaction& t) { return t.about.node == node; });
}

} // namespace warren::dht
