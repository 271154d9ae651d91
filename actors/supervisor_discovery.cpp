#include "actors/supervisor_state.hpp"

#include <utility>

namespace warren {

namespace {

/// Addresses that one lookup_topic hands out; the rest is dropped.
constexpr std::size_t most_found = 2000;

/// Adds the addresses in `found` that `known` does not have yet.
std::vector<peer_info> merge_found(
    std::vector<peer_info> known, const std::map<endpoint, std::optional<peer_id>>& found) {
  std::set<std::string> addresses;
  for (const auto& peer : known)
    addresses.insert(peer.address);
  for (const auto& [where, id] : found) {
    peer_info peer;
    peer.address = to_string(where);
    if (id)
      peer.id = to_string(*id);
    if (addresses.insert(peer.address).second)
      known.push_back(std::move(peer));
  }
  return known;
}

} // namespace

void supervisor_state::look_up_due(time_point at) {
  if (!dht)
    return;
  for (auto& [on, joined] : topics)
    if (!joined.looking_up && joined.schedule.due(at))
      look_up(on, joined);
}

void supervisor_state::look_up(const topic& on, joined_topic& joined) {
  auto number = joined.looking_up = ++last_lookup;
  auto over = [this, on, number] {
    // The topic may have been left and joined again meanwhile.
    if (auto known = topics.find(on); known != topics.end() && known->second.looking_up == number) {
      known->second.looking_up = 0;
      known->second.schedule.done(now());
    }
    pump();
  };
  auto first = !std::exchange(joined.announcing, true);
  dht_lookup request{on.info_hash(), self_handle(), first && !setup.opts.dht_read_only, 0};
  act::mail(self, std::move(request))
      .request(dht, caf::infinite)
      .then(
          [over](const dht_summary&) { over(); },
          [this, over](const caf::error& why) {
            if (!is(why, errc::closed_locally))
              ++counters["supervisor.lookup_failed"];
            over();
          });
}

void supervisor_state::handle_presence(const relay_presence& presence) {
  swarm::relayed_peer guest{presence.url, presence.peer};
  if (!presence.present)
    book.gone(presence.on, guest);
  else if (is_subscribed(presence.on))
    book.found(now(), presence.on, guest);
  pump();
}

std::vector<peer_info> supervisor_state::known_on(const topic& on) const {
  std::vector<peer_info> result;
  for (const auto& [address, stream] : streams)
    if (stream.admitted && !stream.replaced && stream.shared.contains(on))
      result.push_back(stream.session->peer);
  for (const auto& target : book.candidates_on(on)) {
    peer_info info;
    if (auto guest = std::get_if<swarm::relayed_peer>(&target)) {
      info.id = to_string(guest->peer);
      info.address = guest->url;
    } else {
      info.address = to_string(std::get<endpoint>(target));
    }
    result.push_back(std::move(info));
  }
  return result;
}

void supervisor_state::handle_dht_peers(const dht_peers& found) {
  auto on = topic_of_hash.find(found.info_hash);
  auto wanted = on != topic_of_hash.end() && is_subscribed(on->second);
  auto running = lookups.find(found.info_hash);
  for (const auto& [where, id] : found.peers) {
    if (where == setup.port->local())
      continue;
    if (wanted)
      book.found(now(), on->second, where);
    // An id is no reason to dial or not: a lying DHT node may put anybody's record beside an address.
    if (running != lookups.end() && id != setup.identity->id())
      for (auto& request : running->second)
        if (request->found.size() < most_found || request->found.contains(where))
          request->found[where] = id;
  }
  pump();
}

bool supervisor_state::is_subscribed(const topic& on) const {
  auto joined = topics.find(on);
  return joined != topics.end() && joined->second.subscriber;
}

caf::result<std::vector<peer_info>> supervisor_state::handle_lookup(const lookup_topic& request) {
  if (!dht)
    return known_on(request.on);
  auto running = std::make_shared<lookup_request>();
  running->promise = self->make_response_promise<std::vector<peer_info>>();
  auto hash = request.on.info_hash();
  lookups[hash].push_back(running);
  act::mail(self, dht_lookup{hash, self_handle(), false, 0})
      .request(dht, caf::infinite)
      .then(
          [=, this, on = request.on](const dht_summary&) { finish_lookup(on, running, caf::none); },
          [=, this, on = request.on](const caf::error& why) { finish_lookup(on, running, why); });
  return running->promise;
}

/// A DHT that fails is an error only when nothing else knows anybody either.
void supervisor_state::finish_lookup(
    const topic& on, const std::shared_ptr<lookup_request>& request, const caf::error& why) {
  auto same_hash = lookups.find(on.info_hash());
  std::erase(same_hash->second, request);
  if (same_hash->second.empty())
    lookups.erase(same_hash);
  auto known = merge_found(known_on(on), request->found);
  if (why && known.empty())
    request->promise.deliver(why);
  else
    request->promise.deliver(std::move(known));
}

void supervisor_state::handle_shared(const topic_shared& report) {
  auto stream = find_connection(report.connection);
  if (!stream)
    return;
  if (report.open)
    stream->shared.insert(report.on);
  else
    stream->shared.erase(report.on);
}

} // namespace warren
