#include "transports/dht/search.hpp"

#include "transports/dht/secure_id.hpp"

#include <algorithm>

namespace warren::dht {

krpc::query search::lookup_query() const {
  krpc::query query;
  auto for_peers = goal_.what == kind::get_peers || goal_.what == kind::announce;
  query.method = for_peers     ? krpc::method::get_peers
                 : goal_.item ? krpc::method::get
                              : krpc::method::find_node;
  query.want_records = for_peers;
  if (goal_.item)
    query.item.seq = goal_.item->newer_than;
  query.id = settings_.own_id;
  query.target = goal_.target;
  // BEP 32: without "want" a node answers with nodes of the family that the query came by. Say it all the same, since
  // some answer with IPv4 nodes only.
  query.want_ipv6 = settings_.family == address_family::ipv6;
  return query;
}

std::optional<search::step> search::next() {
  if (announcing_)
    return next_announcement();
  if (auto where = lookup_.next())
    return step{*where, lookup_query(), purpose::lookup};
  if (!stores() || !lookup_.done())
    return std::nullopt;
  choose_storing_nodes();
  return next_announcement();
}

void search::choose_storing_nodes() {
  announcing_ = true;
  if (objects_to_put())
    return;
  for (const auto& node : lookup_.closest()) {
    // BEP 42: with enforcement, a node whose id does not suit its address is not a storage target.
    auto trusted =
        settings_.enforcement != id_enforcement::require || is_secure_id(node.id, node.where.address);
    if (trusted && tokens_.contains(node.where))
      to_tell_.push_back(node.where);
  }
}

std::optional<search::step> search::next_announcement() {
  if (to_tell_.empty())
    return std::nullopt;
  auto where = to_tell_.back();
  to_tell_.pop_back();
  ++announcements_;
  ++unconfirmed_;
  return step{where, storing_query(where), purpose::announce};
}

krpc::query search::storing_query(const endpoint& where) const {
  krpc::query query;
  query.id = settings_.own_id;
  query.token = tokens_.at(where);
  if (goal_.what == kind::announce) {
    query.method = krpc::method::announce_peer;
    query.target = goal_.target;
    query.port = goal_.port;
    query.implied_port = goal_.implied_port;
    query.record = goal_.record;
    return query;
  }
  query.method = krpc::method::put;
  query.item = to_wire(*goal_.item->put);
  // BEP 44: "When sending a put request to a node that did not return any data for the get, the cas field SHOULD NOT be
  // included."
  if (holders_.contains(where))
    query.item.cas = goal_.item->cas;
  return query;
}

void search::on_response(const endpoint& from, const krpc::response& response, purpose why) {
  if (why == purpose::announce) {
    --unconfirmed_;
    announced_to_.push_back(from);
    return;
  }
  if (!response.token.empty())
    tokens_.insert_or_assign(from, to_bytes(response.token));
  if (goal_.item) {
    take_item(from, response);
  } else if (goal_.what == kind::get_peers || goal_.what == kind::announce) {
    auto some = std::min(response.values.size(), max_peers_per_answer);
    add_peers({response.values.begin(), response.values.begin() + static_cast<std::ptrdiff_t>(some)});
    take_records(from, response);
  }
  lookup_.on_success(
      from, response.id, settings_.family == address_family::ipv4 ? response.nodes : response.nodes6);
}

void search::on_failure(const endpoint& from, purpose why) {
  if (why == purpose::announce)
    --unconfirmed_;
  else
    lookup_.on_failure(from);
}

void search::add_peers(const std::vector<endpoint>& peers) {
  for (const auto& peer : peers)
    if (peers_.size() < settings_.max_peers && peers_.insert(peer).second)
      new_peers_.push_back(peer);
}

bool search::done() const noexcept {
  // There is only one immutable item of a name; of a mutable one somebody may hold a newer version.
  if (goal_.what == kind::get_item && !goal_.item->key && best_)
    return true;
  if (stores())
    return announcing_ && to_tell_.empty() && unconfirmed_ == 0;
  return lookup_.done();
}

} // namespace warren::dht
