// Upkeep of dht::node: getting into the network and keeping the table fresh.
#include "transports/dht/address_policy.hpp"
#include "transports/dht/node.hpp"
#include "transports/dht/secure_id.hpp"

#include <algorithm>

namespace warren::dht {

namespace {

/// How often the table is looked after: at most one questionable node is pinged and one refresh started each time.
constexpr duration upkeep_interval = std::chrono::seconds{10};

/// While there are questionable nodes: in fifteen minutes a table of twenty full buckets is asked through.
constexpr duration busy_upkeep_interval = std::chrono::seconds{3};

/// Once bootstrapped, the id follows the external address at most this often: a majority that comes and goes must not make us wander.
constexpr duration id_move_interval = std::chrono::minutes{10};

/// Of the saved nodes this many are tried, so that a table of the distant past does not delay the bootstrap nodes.
constexpr std::size_t max_saved_seeds = 64;

} // namespace

void node::bootstrap(time_point now) {
  now_ = now;
  if (!bootstrap_.running())
    start_bootstrap(now);
  advance(now);
}

void node::add_bootstrap(time_point now, const endpoint& where) {
  now_ = now;
  if (!may_contact(where)
      || std::find(config_.bootstrap.begin(), config_.bootstrap.end(), where) != config_.bootstrap.end())
    return;
  config_.bootstrap.push_back(where);
  if (usable_nodes(now) == 0 && !bootstrap_.running()) {
    start_bootstrap(now);
    advance(now);
  }
}

void node::set_other_family(std::vector<node_info> nodes) {
  responder_.set_other_family(std::move(nodes));
}

void node::start_bootstrap(time_point now) {
  bootstrap_.on_start();
  auto attempt = make_search(now, {search::kind::bootstrap, table_.own_id()}, now);
  std::size_t seeds = 0;
  for (const auto& where : config_.bootstrap)
    if (may_contact(where)) {
      attempt.seed(where);
      ++seeds;
    }
  for (const auto& known : table_.nodes(now)) {
    attempt.seed(known);
    ++seeds;
  }
  std::size_t saved = 0;
  for (const auto& known : config_.saved_nodes)
    if (may_contact(known.where) && saved++ < max_saved_seeds)
      attempt.seed(known);
  if (seeds + saved == 0) {
    bootstrap_.on_success();
    events_.push_back(bootstrapped{0});
    return;
  }
  searches_.emplace(lookup_id{next_lookup_++}, std::move(attempt));
}

void node::on_bootstrap_ended(time_point now) {
  auto nodes = usable_nodes(now);
  if (nodes == 0) {
    bootstrap_.on_failure(now, random_);
    return;
  }
  bootstrap_.on_success();
  events_.push_back(bootstrapped{nodes});
  release_waiting(now);
  refresh(now);
}

void node::refresh(time_point now) {
  auto running = std::any_of(searches_.begin(), searches_.end(), [](const auto& entry) {
    return entry.second.what().what == search::kind::refresh;
  });
  if (running || usable_nodes(now) == 0)
    return;
  if (auto target = table_.refresh_target(now, random_))
    run(now, lookup_id{next_lookup_++}, {search::kind::refresh, *target}, now);
}

void node::upkeep(time_point now) {
  next_upkeep_ = now + upkeep_interval;
  responder_.expire(now);
  if (auto doubtful = table_.most_questionable(now)) {
    next_upkeep_ = now + busy_upkeep_interval;
    if (!rpc_.asking(doubtful->where))
      ping(now, doubtful->where);
  }
  if (!bootstrap_.settled())
    return;
  // Everybody has gone, as after a long sleep: start anew, from the nodes that were there too. So also under a new id.
  if ((usable_nodes(now) == 0 && !table_.nodes(now).empty()) || settle_id(now))
    start_bootstrap(now);
  else
    refresh(now);
}

/// Lets the id follow the external address; returns whether it has moved. While a bootstrap runs without any pause: the first
/// few answers may all be liars', which the later ones put right. Waiting for its end would cost: whoever heard of the old id
/// goes on naming it, and lookups take a third more queries (tools/bench/dht_sim, 2,000 nodes: 18.3 instead of 13.9).
bool node::settle_id(time_point now) {
  const auto& external = votes_.winner();
  auto pause = !bootstrap_.running() && id_moved_ && now - *id_moved_ < id_move_interval;
  if (config_.id || !external || is_secure_id(table_.own_id(), external->address) || pause)
    return false;
  id_moved_ = now;
  table_.change_id(now, make_secure_id(external->address, random_));
  return true;
}

saved_table node::save() const {
  auto nodes = table_.nodes(now_);
  // Nothing learnt in this run is no reason to forget the last one.
  if (nodes.empty())
    nodes = config_.saved_nodes;
  if (nodes.size() > max_saved_nodes)
    nodes.resize(max_saved_nodes);
  auto external = votes_.winner() ? votes_.winner() : config_.saved_external;
  return {table_.own_id(), std::move(nodes), external};
}

node::status node::stats() const {
  status result;
  result.id = table_.own_id();
  result.nodes = usable_nodes(now_);
  result.good_nodes = table_.count(now_, node_state::good);
  result.buckets = table_.buckets();
  result.lookups = user_lookups();
  result.topics_stored = responder_.store().topics();
  result.peers_stored = responder_.store().peers();
  result.items_stored = responder_.items().size();
  result.external = votes_.winner();
  result.mapping = find_mapping(votes_.observations(), own_endpoints_, config_.external_votes);
  result.bootstrapping = bootstrap_.seeking();
  return result;
}

} // namespace warren::dht
