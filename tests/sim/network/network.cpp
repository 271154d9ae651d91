#include "tests/sim/network/network.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>

namespace warren::sim {

namespace {

/// Returns a place in `slots` for a new entry.
template <class Slot>
std::uint32_t take_slot(std::vector<Slot>& slots, std::vector<std::uint32_t>& unused) {
  if (unused.empty()) {
    slots.emplace_back();
    return static_cast<std::uint32_t>(slots.size() - 1);
  }
  auto index = unused.back();
  unused.pop_back();
  return index;
}

/// What UDP over IPv4 carries at most.
constexpr std::size_t largest_payload = 65'507;

/// A datagram passes at most this many NATs on its way in.
constexpr int max_nesting = 8;

} // namespace

/// A host that is a function. Calls a copy, since the function may detach itself.
class network::function_host final : public host {
public:
  explicit function_host(handler what) : what_{std::make_shared<handler>(std::move(what))} {}

  void on_datagram(time_point now, const endpoint& from, byte_view payload) override {
    auto what = what_;
    (*what)(now, from, payload);
  }

private:
  std::shared_ptr<handler> what_;
};

network::network(std::uint64_t seed) : seed_{seed}, random_{seed} {
  // An hour after the epoch, so that a machine may look back in time without meeting the clock's beginning.
  now_ += std::chrono::hours{1};
}

network::~network() = default;

// -- who is there -----------------------------------------------------------------------------------------------------

host_id network::attach(const endpoint& where, host& what, realm_id realm) {
  detach(where, realm);
  auto index = take_slot(hosts_, free_hosts_);
  auto& slot = hosts_[index];
  slot.at = {where, realm};
  slot.what = &what;
  ++slot.generation;
  by_place_[slot.at] = index;
  return {index, slot.generation};
}

host_id network::attach(const endpoint& where, handler on_datagram, realm_id realm) {
  auto adapter = std::make_unique<function_host>(std::move(on_datagram));
  auto result = attach(where, *adapter, realm);
  functions_[result.index] = std::move(adapter);
  return result;
}

void network::detach(host_id who) {
  auto slot = find(who);
  if (!slot)
    return;
  by_place_.erase(slot->at);
  slot->what = nullptr;
  slot->deadline.reset();
  slot->queued = 0;
  functions_.erase(who.index);
  free_hosts_.push_back(who.index);
}

void network::detach(const endpoint& where, realm_id realm) {
  auto found = by_place_.find({where, realm});
  if (found != by_place_.end())
    detach(host_id{found->second, hosts_[found->second].generation});
}

realm_id network::add_nat(const ip_address& outside, const nat_behaviour& how, realm_id realm) {
  nats_.push_back({nat{outside, how}, realm});
  realm_id inside{static_cast<std::uint32_t>(nats_.size())};
  nat_at_[{{outside, 0}, realm}] = inside;
  return inside;
}

network::host_slot* network::find(host_id who) noexcept {
  if (who.index >= hosts_.size())
    return nullptr;
  auto& slot = hosts_[who.index];
  return slot.what && slot.generation == who.generation ? &slot : nullptr;
}

// -- datagrams --------------------------------------------------------------------------------------------------------

void network::send(host_id from, const endpoint& to, byte_view payload) {
  if (auto slot = find(from))
    send_from(slot->at.realm, slot->at.where, to, payload);
}

void network::send_from(realm_id realm, const endpoint& from, const endpoint& to, byte_view payload) {
  ++counters_.sent;
  counters_.bytes_sent += payload.size();
  auto source = from;
  if (auto end = route(realm, source, to))
    transmit(*end, source, payload);
}

std::optional<network::place> network::route(realm_id realm, endpoint& from, const endpoint& to) {
  while (realm != public_realm && !by_place_.contains({to, realm})
         && !nat_at_.contains({{to.address, 0}, realm})) {
    auto& around = nats_[realm.value - 1];
    auto hairpin = to.address == around.box.outside();
    auto outside = around.box.outbound(now_, from, to, random_);
    if (!outside || (hairpin && !around.box.behaviour().hairpinning)) {
      ++counters_.filtered;
      return std::nullopt;
    }
    from = *outside;
    realm = around.outside;
  }
  return place{to, realm};
}

network::direction* network::own_link(const endpoint& from, const endpoint& to) {
  if (links_.empty() && default_quality_.bytes_per_second == 0)
    return nullptr;
  auto found = links_.find({from, to});
  if (found == links_.end()) {
    if (default_quality_.bytes_per_second == 0)
      return nullptr;
    found = links_.emplace(std::pair{from, to}, direction{default_quality_, {}}).first;
  }
  return &found->second;
}

std::optional<time_point> network::departure(direction& path, std::size_t size) {
  auto rate = path.quality.bytes_per_second;
  if (rate == 0)
    return now_;
  auto start = std::max(now_, path.busy_until);
  auto waiting = std::chrono::duration<double>(start - now_).count() * static_cast<double>(rate);
  if (waiting + static_cast<double>(size) > static_cast<double>(path.quality.queue_bytes))
    return std::nullopt;
  auto serialisation = std::chrono::duration<double>(static_cast<double>(size) / static_cast<double>(rate));
  path.busy_until = start + std::chrono::duration_cast<duration>(serialisation);
  return path.busy_until;
}

duration network::delay(const link_quality& quality, const endpoint& from, const endpoint& to) {
  auto result = quality.latency;
  if (quality.spread > 0) {
    // The same for both directions. Two uniform numbers from the pair make a normal one (Box and Muller).
    auto pair = std::hash<endpoint>{}(from) + std::hash<endpoint>{}(to);
    auto uniform = [&](std::uint64_t salt) {
      return (static_cast<double>(random::mix(random::mix(pair + seed_) ^ salt) >> 11) + 0.5) * 0x1p-53;
    };
    auto normal = std::sqrt(-2 * std::log(uniform(1))) * std::cos(2 * std::numbers::pi * uniform(2));
    result = std::chrono::duration_cast<duration>(result * std::exp(quality.spread * normal));
  }
  if (quality.jitter.count() > 0)
    result += duration{random_.below(static_cast<std::uint64_t>(quality.jitter.count()))};
  if (random_.chance(quality.reorder)) {
    ++counters_.reordered;
    result += quality.reorder_delay;
  }
  return result;
}

void network::transmit(const place& to, const endpoint& from, byte_view payload) {
  auto path = own_link(from, to.where);
  const auto& quality = path ? path->quality : default_quality_;
  if (payload.size() > std::min(quality.mtu, largest_payload)) {
    ++counters_.too_large;
    return;
  }
  auto left = path ? departure(*path, payload.size()) : now_;
  if (!left) {
    ++counters_.queue_full;
    return;
  }
  if (random_.chance(quality.loss)) {
    ++counters_.lost;
    return;
  }
  auto copies = 1;
  if (random_.chance(quality.duplication)) {
    ++counters_.duplicated;
    ++copies;
  }
  for (; copies > 0; --copies) {
    auto index = take_slot(datagrams_, free_datagrams_);
    datagrams_[index] = {to, from, buffers_.copy(payload)};
    queue_.push({*left + delay(quality, from, to.where), next_sequence_++, index, event::kind::datagram});
  }
}

void network::deliver(std::uint32_t index) {
  auto arrived = datagrams_[index];
  // The NATs at the destination look at it when it gets there.
  auto to = arrived.to;
  auto filtered = false;
  for (int depth = 0; depth < max_nesting && !nat_at_.empty(); ++depth) {
    auto around = nat_at_.find({{to.where.address, 0}, to.realm});
    if (around == nat_at_.end())
      break;
    auto inside = nats_[around->second.value - 1].box.inbound(now_, to.where.port, arrived.from);
    filtered = !inside;
    if (filtered)
      break;
    to = {*inside, around->second};
  }
  auto found = filtered ? by_place_.end() : by_place_.find(to);
  if (filtered) {
    ++counters_.filtered;
  } else if (found == by_place_.end()) {
    ++counters_.nobody_there;
  } else {
    ++counters_.delivered;
    hosts_[found->second].what->on_datagram(now_, arrived.from, arrived.payload);
  }
  buffers_.release(arrived.payload);
  free_datagrams_.push_back(index);
}

// -- time -------------------------------------------------------------------------------------------------------------

void network::arm(host_id who, std::optional<time_point> deadline) {
  auto slot = find(who);
  if (!slot)
    return;
  slot->deadline = deadline;
  if (deadline && (slot->queued == 0 || *deadline < slot->queued_for))
    queue_deadline(who.index, *slot);
}

void network::queue_deadline(std::uint32_t index, host_slot& slot) {
  slot.queued = next_sequence_++;
  slot.queued_for = std::max(*slot.deadline, now_);
  queue_.push({slot.queued_for, slot.queued, index, event::kind::deadline});
}

void network::fire_deadline(const event& what) {
  auto& slot = hosts_[what.index];
  if (slot.queued != what.sequence)
    return; // an earlier one took its place
  slot.queued = 0;
  if (!slot.deadline)
    return;
  if (*slot.deadline > now_) {
    queue_deadline(what.index, slot);
    return;
  }
  slot.deadline.reset();
  slot.what->on_deadline(now_);
}

network::timer_id network::at(time_point when, action what) {
  auto index = take_slot(actions_, free_actions_);
  actions_[index] = {std::move(what), next_sequence_++};
  queue_.push({std::max(when, now_), actions_[index].sequence, index, event::kind::action});
  return {index, actions_[index].sequence};
}

void network::cancel(const timer_id& id) {
  if (id.index < actions_.size() && actions_[id.index].sequence == id.sequence)
    actions_[id.index].run = nullptr;
}

bool network::step() {
  if (queue_.empty())
    return false;
  auto next = queue_.pop();
  now_ = next.when;
  ++counters_.events;
  switch (next.what) {
    case event::kind::datagram:
      deliver(next.index);
      break;
    case event::kind::deadline:
      fire_deadline(next);
      break;
    case event::kind::action:
      auto run = std::exchange(actions_[next.index], {}).run;
      free_actions_.push_back(next.index);
      if (run)
        run(now_);
      break;
  }
  return true;
}

void network::throw_too_many(std::size_t most) const {
  throw std::runtime_error{
      "more than " + std::to_string(most) + " simulated events (seed " + std::to_string(seed_) + ")"};
}

} // namespace warren::sim
