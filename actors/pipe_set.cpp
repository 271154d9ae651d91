#include "actors/pipe_set.hpp"

#include <algorithm>
#include <utility>

namespace warren {

namespace {

/// Octets moved from the session to a pipe before the pipe is asked again how much it takes.
constexpr std::size_t write_step = 256 * 1024;

} // namespace

session::pipe_id pipe_set::add(entry fresh) {
  entries_.emplace(++last_id_, std::move(fresh));
  return last_id_;
}

session::pipe_id pipe_set::add(std::unique_ptr<udx_pipe> direct, std::uint64_t dial) {
  auto udx = direct.get();
  return add(entry{std::move(direct), udx, nullptr, dial});
}

session::pipe_id pipe_set::add(std::unique_ptr<relay_pipe> circuit, std::uint64_t dial) {
  auto relay = circuit.get();
  return add(entry{std::move(circuit), nullptr, relay, dial});
}

pipe_set::entry* pipe_set::find(session::pipe_id id) {
  auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<session::pipe_id> pipe_set::udx_stream(std::uint32_t local_id) const {
  for (const auto& [id, e] : entries_)
    if (e.udx && e.udx->local_id() == local_id)
      return id;
  return std::nullopt;
}

std::vector<session::pipe_id> pipe_set::direct() const {
  std::vector<session::pipe_id> result;
  for (const auto& [id, e] : entries_)
    if (e.udx && !e.ended)
      result.push_back(id);
  return result;
}

relay_pipe* pipe_set::circuit(const caf::actor_addr& link, circuit_id id) {
  for (auto& [name, e] : entries_)
    if (e.relay && e.relay->is(link, id))
      return e.relay;
  return nullptr;
}

void pipe_set::relay_lost(const std::string& url) {
  for (auto& [name, e] : entries_)
    if (e.relay && e.relay->address() == url)
      e.relay->handle_closed();
}

void pipe_set::handle_packets(time_point now, const net::packet_batch& batch, const sink& take) {
  for (auto& [id, e] : entries_)
    if (e.udx)
      e.udx->handle_packets(now, batch, [&, id = id](byte_view octets) { take(id, octets); });
}

void pipe_set::handle_timeout(time_point now) {
  for (auto& [id, e] : entries_)
    if (e.udx)
      e.udx->handle_timeout(now);
}

void pipe_set::receive(time_point now, const sink& take) {
  for (auto& [id, e] : entries_)
    e.line->receive(now, [&, id = id](byte_view octets) { take(id, octets); });
}

void pipe_set::drive(time_point now, const sink& take) {
  receive(now, take);
  for (auto& [id, e] : entries_)
    e.line->send(now);
}

bool pipe_set::transmit(time_point now, session::noise_session& session) {
  for (const auto& [id, e] : entries_)
    session.pipe_writable(id, e.ended ? 0 : std::min(e.line->writable(), write_step));
  auto moved = false;
  while (auto out = session.poll_transmit(now)) {
    entries_.at(out->pipe).line->write(out->data, out->owner);
    moved = true;
  }
  return moved;
}

void pipe_set::release_spare() {
  for (const auto& [id, e] : entries_)
    e.line->release_spare();
}

std::optional<time_point> pipe_set::next_deadline() const {
  std::optional<time_point> due;
  for (const auto& [id, e] : entries_)
    for (auto at : {e.line->next_deadline(), e.give_up_at})
      if (at && (!due || *at < *due))
        due = at;
  return due;
}

void pipe_set::end(time_point now, session::pipe_id id, bool at_once) {
  auto found = find(id);
  if (!found)
    return;
  if (at_once)
    found->line->destroy(now);
  else if (!found->ended)
    found->line->end();
  if (!std::exchange(found->ended, true))
    found->give_up_at = now + end_timeout;
}

void pipe_set::end_all(time_point now, bool at_once) {
  for (const auto& [id, e] : entries_)
    end(now, id, at_once);
}

std::vector<session::pipe_id> pipe_set::take_lost(time_point now) {
  std::vector<session::pipe_id> lost;
  for (const auto& [id, e] : entries_)
    if (!e.ended && e.line->current() != pipe::state::open) {
      lost.push_back(id);
      end(now, id, false);
    }
  return lost;
}

std::unique_ptr<udx_pipe> pipe_set::release_udx(session::pipe_id id) {
  auto node = entries_.extract(id);
  static_cast<void>(node.mapped().line.release());
  return std::unique_ptr<udx_pipe>{node.mapped().udx};
}

void pipe_set::abandon(session::pipe_id id) {
  auto node = entries_.extract(id);
  node.mapped().relay->handle_closed();
}

void pipe_set::limit_ending(time_point now, entry& e) {
  if (!e.waits_for_peer && e.line->flushed()) {
    e.waits_for_peer = true;
    e.give_up_at = std::min(*e.give_up_at, now + peer_end_timeout);
  }
  if (*e.give_up_at <= now) {
    e.line->destroy(now);
    e.give_up_at.reset(); // one that lingers ends by itself
  }
}

void pipe_set::reap(time_point now) {
  for (auto& [id, e] : entries_)
    if (e.ended && e.give_up_at)
      limit_ending(now, e);
  std::erase_if(entries_, [](const auto& x) { return x.second.ended && x.second.line->finished(); });
}

bool pipe_set::all_flushed() const {
  return std::ranges::all_of(entries_, [](const auto& x) { return x.second.line->flushed(); });
}

void pipe_set::count_into(counter_map& out) const {
  for (const auto& [id, e] : entries_)
    e.line->count_into(out);
}

} // namespace warren
