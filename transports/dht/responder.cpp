#include "transports/dht/responder.hpp"

#include "transports/dht/refusal.hpp"

#include <algorithm>

namespace warren::dht {

responder::responder(const config& settings, random_source& random, time_point now)
    : family_{settings.family},
      random_{random},
      rates_{settings.rates, settings.allow_same_ip, random, now},
      tokens_{random, now},
      peers_{settings.peers, settings.allow_same_ip},
      items_{settings.items},
      records_{settings.records},
      forwarding_{settings.rendezvous} {
}

std::variant<krpc::response, krpc::error> responder::answer(
    time_point now, const endpoint& from, const krpc::query& query, const routing_table& table,
    counters& count) {
  krpc::response out;
  out.id = table.own_id();
  if (query.method == krpc::method::ping)
    return out;
  if (query.method == krpc::method::announce_peer)
    return store_announcement(now, from, query, std::move(out), count);
  if (query.method == krpc::method::put)
    return store_item(now, from, query, std::move(out), count);
  if (query.method == krpc::method::rdv)
    return accept_forward(now, from, query, std::move(out), count);
  add_nodes(now, query, table, out);
  if (query.method == krpc::method::find_node)
    return out;
  auto topic = info_hash{query.target.octets};
  token_ = tokens_.issue(now, from.address, topic);
  out.token = token_;
  if (query.method == krpc::method::get) {
    add_item(now, query, out);
    return out;
  }
  auto most = family_ == address_family::ipv4 ? max_values_v4 : max_values_v6;
  out.values = peers_.get(now, topic, most, random_);
  if (query.want_records)
    for (auto held : records_.get(now, topic, max_reply_records, random_))
      out.records.push_back({held->where, held->raw});
  return out;
}

void responder::expire(time_point now) {
  rates_.expire(now);
  peers_.expire(now);
  items_.expire(now);
  records_.expire(now);
}

void responder::set_other_family(std::vector<node_info> nodes) {
  std::erase_if(nodes, [this](const node_info& node) { return node.where.address.family() == family_; });
  if (nodes.size() > max_other_nodes)
    nodes.resize(max_other_nodes);
  other_family_ = std::move(nodes);
}

void responder::add_nodes(
    time_point now, const krpc::query& query, const routing_table& table, krpc::response& out) const {
  auto unspecified = !query.want_ipv4 && !query.want_ipv6;
  auto v4 = family_ == address_family::ipv4;
  auto own_wanted = unspecified || (v4 ? query.want_ipv4 : query.want_ipv6);
  auto other_wanted = v4 ? query.want_ipv6 : query.want_ipv4;
  if (own_wanted)
    (v4 ? out.nodes : out.nodes6) = table.closest(now, query.target, k);
  if (other_wanted)
    (v4 ? out.nodes6 : out.nodes) = closest_of_other_family(query.target);
}

std::vector<node_info> responder::closest_of_other_family(const node_id& target) const {
  auto result = other_family_;
  std::sort(result.begin(), result.end(), [&target](const node_info& a, const node_info& b) {
    return distance_between(a.id, target) < distance_between(b.id, target);
  });
  if (result.size() > k)
    result.resize(k);
  return result;
}

bool responder::proves_address(
    time_point now, const endpoint& from, const info_hash& under, byte_view token, counters& count) {
  if (!tokens_.accepts(now, from.address, under, token)) {
    ++count.bad_token;
    return false;
  }
  rates_.prove(now, from);
  return true;
}

responder::answer_type responder::store_announcement(
    time_point now, const endpoint& from, const krpc::query& query, krpc::response out, counters& count) {
  auto topic = info_hash{query.target.octets};
  if (!proves_address(now, from, topic, query.token, count))
    return refusal(krpc::error_code::protocol, "bad token");
  endpoint where{from.address, query.implied_port ? from.port : query.port};
  if (!peers_.add(now, topic, where)) {
    ++count.store_full;
    return refusal(krpc::error_code::server, "too many announcements");
  }
  ++count.announcements_stored;
  if (!query.record.empty())
    store_record(now, from, where, query, count);
  return out;
}

} // namespace warren::dht
