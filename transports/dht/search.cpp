#include "transports/dht/search.hpp"

#include "transports/dht/secure_id.hpp"

namespace warren::dht {

krpc::query search::lookup_query() const {
  krpc::query query;
  auto for_peers = goal_.what == kind::get_peers || goal_.what == kind::announce;
  query.method = for_peers ? krpc::method::get_peers : krpc::method::find_node;
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
  if (goal_.what != kind::announce || !lookup_.done())
    return std::nullopt;
  choose_storing_nodes();
  return next_announcement();
}

void search::choose_storing_nodes() {
  announcing_ = true;
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
  krpc::query query;
  query.method = krpc::method::announce_peer;
  query.id = settings_.own_id;
  query.target = goal_.target;
  query.port = goal_.port;
  query.implied_port = goal_.implied_port;
  query.token = tokens_.at(where);
  return step{where, query, purpose::announce};
}

void search::on_response(const endpoint& from, const krpc::response& response, purpose why) {
  if (why == purpose::announce) {
    --unconfirmed_;
    announced_to_.push_back(from);
    return;
  }
  if (!response.token.empty())
    tokens_.insert_or_assign(from, to_bytes(response.token));
  add_peers(response.values);
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
  if (goal_.what == kind::announce)
    return announcing_ && to_tell_.empty() && unconfirmed_ == 0;
  return lookup_.done();
}

} // namespace warren::dht
