#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/lookup.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::random_id;
using warren::test::seeded_random;
using namespace warren::dht;

namespace {

/// A network that a lookup walks through: every node knows some others, some never answer.
class world {
public:
  world(seeded_random& random, std::size_t size, std::size_t knows, unsigned dead_percent) {
    for (std::size_t i = 0; i < size; ++i)
      nodes_.push_back({random_id(random), endpoint_of(i)});
    for (const auto& node : nodes_) {
      by_endpoint_[node.where] = node;
      if (random.below(100) < dead_percent)
        dead_.insert(node.where);
      auto& table = knows_[node.where];
      auto first = random.below(size);
      for (std::size_t i = 0; i < std::min(knows, size); ++i)
        table.push_back(nodes_[(first + i * 7919) % size]);
    }
  }

  const std::vector<node_info>& nodes() const { return nodes_; }

  bool alive(const endpoint& where) const { return !dead_.contains(where); }

  const node_info& at(const endpoint& where) const { return by_endpoint_.at(where); }

  /// What a node answers: the closest to `target` that it knows.
  std::vector<node_info> answer(const endpoint& where, const node_id& target) const {
    auto result = knows_.at(where);
    sort(result, target);
    result.resize(std::min(result.size(), k));
    return result;
  }

  std::vector<node_info> closest_alive(const node_id& target) const {
    std::vector<node_info> result;
    for (const auto& node : nodes_)
      if (alive(node.where))
        result.push_back(node);
    sort(result, target);
    result.resize(std::min(result.size(), k));
    return result;
  }

  static void sort(std::vector<node_info>& nodes, const node_id& target) {
    std::sort(nodes.begin(), nodes.end(), [&](const node_info& a, const node_info& b) {
      return distance_between(a.id, target) < distance_between(b.id, target);
    });
  }

private:
  std::vector<node_info> nodes_;
  std::map<endpoint, node_info> by_endpoint_;
  std::map<endpoint, std::vector<node_info>> knows_;
  std::set<endpoint> dead_;
};

struct walk {
  std::vector<endpoint> asked;
  std::size_t most_in_flight = 0;
};

/// Runs `search` to its end, answering in random order. Fails when it does not end.
walk run(lookup& search, const world& net, seeded_random& random) {
  walk result;
  std::vector<endpoint> open;
  for (int steps = 0; !search.done(); ++steps) {
    BOOST_REQUIRE(steps < 10'000);
    while (auto next = search.next()) {
      result.asked.push_back(*next);
      open.push_back(*next);
    }
    BOOST_TEST(search.in_flight() == open.size());
    result.most_in_flight = std::max(result.most_in_flight, open.size());
    if (search.done())
      break;
    BOOST_REQUIRE(!open.empty());
    auto index = random.below(open.size());
    auto where = open[index];
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
    if (net.alive(where))
      search.on_success(where, net.at(where).id, net.answer(where, search.target()));
    else
      search.on_failure(where);
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(lookup_test)

// Properties, over many random networks, in the spirit of rust-libp2p's closest.rs.
BOOST_AUTO_TEST_CASE(lookups_end_ask_nobody_twice_and_keep_to_their_parallelism) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    seeded_random random{seed};
    world net{random, 20 + random.below(400), 4 + random.below(40), static_cast<unsigned>(random.below(90))};
    lookup::settings how;
    how.parallelism = 1 + random.below(8);
    lookup search{random_id(random), random_id(random), how};
    for (std::size_t i = 0; i < 1 + random.below(10); ++i)
      search.seed(net.nodes()[random.below(net.nodes().size())]);
    auto walked = run(search, net, random);
    BOOST_TEST(walked.most_in_flight <= how.parallelism);
    BOOST_TEST(walked.asked.size() == search.queries());
    BOOST_TEST(search.queries() <= how.max_queries);
    std::set<endpoint> distinct{walked.asked.begin(), walked.asked.end()};
    BOOST_TEST(distinct.size() == walked.asked.size());
    auto closest = search.closest();
    BOOST_TEST(closest.size() <= k);
    BOOST_TEST((std::is_sorted(closest.begin(), closest.end(), [&](const node_info& a, const node_info& b) {
      return distance_between(a.id, search.target()) < distance_between(b.id, search.target());
    })));
    std::set<node_id> ids;
    for (const auto& node : closest) {
      BOOST_TEST(net.alive(node.where));
      BOOST_TEST(distinct.contains(node.where));
      BOOST_TEST(ids.insert(node.id).second);
    }
    BOOST_TEST(!search.next().has_value());
  }
}

BOOST_AUTO_TEST_CASE(where_everybody_knows_everybody_the_truly_closest_are_found) {
  for (std::uint64_t seed = 100; seed < 120; ++seed) {
    seeded_random random{seed};
    world net{random, 100, 100, 0};
    lookup search{random_id(random), random_id(random), {}};
    for (std::size_t i = 0; i < 8; ++i)
      search.seed(net.closest_alive(random_id(random))[0]);
    run(search, net, random);
    BOOST_TEST((search.closest() == net.closest_alive(search.target())));
    BOOST_TEST(search.hops() <= 2u);
  }
}

BOOST_AUTO_TEST_CASE(a_lookup_without_seeds_is_done_at_once) {
  lookup search{id_of({1}), id_of({2}), {}};
  BOOST_TEST(search.done());
  BOOST_TEST(!search.next().has_value());
  BOOST_TEST(search.closest().empty());
  BOOST_TEST(search.hops() == 0u);
}

BOOST_AUTO_TEST_CASE(an_endpoint_without_id_is_asked_first_and_takes_its_place_when_it_answers) {
  lookup search{id_of({0x80}), id_of({2}), {.parallelism = 1}};
  search.seed({id_of({0x81}), endpoint_of(1)});
  search.seed(endpoint_of(9));
  BOOST_TEST((*search.next() == endpoint_of(9)));
  search.on_success(endpoint_of(9), id_of({0x01}), {{id_of({0x82}), endpoint_of(2)}});
  BOOST_TEST((*search.next() == endpoint_of(1)));
  search.on_success(endpoint_of(1), id_of({0x81}), {});
  BOOST_TEST((*search.next() == endpoint_of(2)));
  search.on_success(endpoint_of(2), id_of({0x82}), {});
  BOOST_TEST(search.done());
  std::vector<node_info> expected{
      {id_of({0x81}), endpoint_of(1)}, {id_of({0x82}), endpoint_of(2)}, {id_of({0x01}), endpoint_of(9)}};
  BOOST_TEST((search.closest() == expected));
  BOOST_TEST(search.hops() == 2u);
}

BOOST_AUTO_TEST_CASE(a_late_answer_counts_and_a_repeated_or_unasked_one_does_not_matter) {
  lookup search{id_of({0x80}), id_of({2}), {}};
  search.seed({id_of({0x81}), endpoint_of(1)});
  search.seed({id_of({0x82}), endpoint_of(2)});
  BOOST_TEST(search.next().has_value());
  BOOST_TEST(search.next().has_value());
  search.on_failure(endpoint_of(1));
  search.on_success(endpoint_of(1), id_of({0x81}), {{id_of({0x83}), endpoint_of(3)}});
  search.on_success(endpoint_of(1), id_of({0x81}), {{id_of({0x84}), endpoint_of(4)}});
  search.on_success(endpoint_of(77), id_of({0x85}), {{id_of({0x86}), endpoint_of(6)}});
  search.on_failure(endpoint_of(77));
  search.on_failure(endpoint_of(1));
  BOOST_TEST((*search.next() == endpoint_of(3)));
  BOOST_TEST(!search.next().has_value());
}

BOOST_AUTO_TEST_CASE(a_slow_node_makes_room_for_another_one_and_may_still_answer) {
  lookup search{id_of({0x80}), id_of({2}), {.parallelism = 1}};
  search.seed({id_of({0x81}), endpoint_of(1)});
  search.seed({id_of({0x82}), endpoint_of(2)});
  BOOST_TEST((*search.next() == endpoint_of(1)));
  BOOST_TEST(!search.next().has_value());
  search.on_slow(endpoint_of(1));
  BOOST_TEST((*search.next() == endpoint_of(2)));
  search.on_success(endpoint_of(2), id_of({0x82}), {});
  BOOST_TEST(!search.done());
  search.on_success(endpoint_of(1), id_of({0x81}), {});
  BOOST_TEST(search.done());
  BOOST_TEST(search.closest().size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_own_id_second_endpoints_of_an_id_and_crowded_networks_are_left_out) {
  lookup search{id_of({0x80}), id_of({2}), {}};
  search.seed({id_of({2}), endpoint_of(1)});
  search.seed({id_of({0x81}), endpoint_of(2)});
  search.seed({id_of({0x81}), endpoint_of(3)});
  auto neighbour = endpoint_of(2);
  neighbour.port = 1;
  search.seed({id_of({0x82}), neighbour});
  BOOST_TEST((*search.next() == endpoint_of(2)));
  BOOST_TEST(!search.next().has_value());
  auto asked = [](const char* host, bool allow_same_ip) {
    lookup two{id_of({0x80}), id_of({2}), {.allow_same_ip = allow_same_ip}};
    for (std::uint16_t i = 1; i <= 2; ++i)
      two.seed({id_of({0x80 + i}), {*warren::ip_address::parse(host), i}});
    return (two.next() ? 1 : 0) + (two.next() ? 1 : 0);
  };
  BOOST_TEST(asked("127.0.0.1", false) == 2);
  BOOST_TEST(asked("10.0.0.1", true) == 2);
  BOOST_TEST(asked("10.0.0.1", false) == 1);
  BOOST_TEST(asked("20.0.0.1", true) == 1, "a public address is never exempt");
}

BOOST_AUTO_TEST_CASE(a_liar_who_always_names_closer_nodes_is_stopped_by_the_bounds) {
  seeded_random random{7};
  lookup search{id_of({0}), id_of({2}), {.max_queries = 50, .max_candidates = 60}};
  search.seed({id_of({0x80}), endpoint_of(0)});
  std::size_t made = 1;
  int steps = 0;
  while (auto next = search.next()) {
    BOOST_REQUIRE(++steps < 1000);
    std::vector<node_info> lies;
    for (int i = 0; i < 64; ++i, ++made) {
      auto id = random_id(random);
      for (std::size_t zero = 0; zero < std::min<std::size_t>(made / 64, 19); ++zero)
        id.octets[zero] = std::byte{0};
      lies.push_back({id, endpoint_of(made)});
    }
    search.on_success(*next, search.closest().empty() ? id_of({0x80}) : random_id(random), lies);
  }
  BOOST_TEST(search.queries() <= 50u);
  BOOST_TEST(search.done());
}

BOOST_AUTO_TEST_SUITE_END()
