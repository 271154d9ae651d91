// Lookups among liars, without messages and time.
#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/lookup.hpp"
#include "transports/dht/secure_id.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::random_id;
using warren::test::seeded_random;
using namespace warren::dht;

namespace {

enum class lie {
  /// Names nodes that do not exist, right at the target.
  made_up,
  /// Names its friends under ids right at the target, and they answer to these.
  conspiracy,
  /// Names honest nodes' endpoints under false ids, and their ids at dead endpoints.
  false_names,
  silence,
};

/// A network of routing tables as Kademlia fills them: of each distance class some are known, and the neighbours all.
class world {
public:
  world(seeded_random& random, std::size_t size, unsigned liar_percent, bool secure_ids) : random_{random} {
    for (std::size_t i = 0; i < size; ++i) {
      auto where = endpoint_of(i);
      nodes_.push_back({secure_ids ? make_secure_id(where.address, random) : random_id(random), where});
    }
    std::sort(nodes_.begin(), nodes_.end());
    for (const auto& node : nodes_) {
      ids_[node.where] = node.id;
      if (random.below(100) < liar_percent)
        liars_.push_back(node);
    }
    for (const auto& liar : liars_)
      lying_.insert(liar.where);
  }

  const std::vector<node_info>& nodes() const { return nodes_; }
  bool lies(const endpoint& where) const { return lying_.contains(where); }

  std::vector<node_info> closest_honest(const node_id& target) const {
    std::vector<node_info> result;
    for (const auto& node : nodes_)
      if (!lies(node.where))
        result.push_back(node);
    return nearest(std::move(result), target);
  }

  /// What an honest node answers: it knows random nodes of the half, quarter, ... of the space around it.
  std::vector<node_info> answer(const node_id& own, const node_id& target) {
    auto wanted = common_prefix(own, target);
    auto [first, last] = sharing(target, wanted + 1);
    auto known = std::vector<node_info>(first, last);
    if (known.size() > k) { // a bucket holds k of them
      for (std::size_t i = 0; i < k; ++i)
        std::swap(known[i], known[i + random_.below(known.size() - i)]);
      known.resize(k);
    } else { // so near that it knows them all, and its neighbours
      std::tie(first, last) = sharing(target, wanted);
      known.assign(first, last);
    }
    return nearest(std::move(known), target);
  }

  std::vector<node_info> lie_about(lie kind, const node_id& target, std::size_t crowd_bits) {
    std::vector<node_info> result;
    for (std::size_t i = 0; i < k; ++i) {
      auto id = random_id(random_);
      for (std::size_t bit = 0; bit < crowd_bits; ++bit) {
        auto mask = static_cast<std::byte>(0x80 >> bit % 8);
        id.octets[bit / 8] = (id.octets[bit / 8] & ~mask) | (target.octets[bit / 8] & mask);
      }
      if (kind == lie::conspiracy) {
        auto& friend_ = liars_[random_.below(liars_.size())];
        ids_[friend_.where] = id;
        result.push_back({id, friend_.where});
      } else if (kind == lie::false_names) {
        auto honest = closest_honest(target)[i];
        auto elsewhere = honest.where;
        elsewhere.port = 9;
        result.push_back(i % 2 == 0 ? node_info{id, honest.where} : node_info{honest.id, elsewhere});
      } else {
        result.push_back({id, endpoint_of(20'000 + random_.below(40'000))});
      }
    }
    return result;
  }

  std::optional<node_id> id_at(const endpoint& where) const {
    auto found = ids_.find(where);
    return found == ids_.end() ? std::nullopt : std::optional{found->second};
  }

private:
  using range = std::pair<std::vector<node_info>::const_iterator, std::vector<node_info>::const_iterator>;

  /// The nodes that share `bits` leading bits with `target`.
  range sharing(const node_id& target, std::size_t bits) const {
    auto low = target;
    auto high = target;
    for (std::size_t bit = bits; bit < node_id::bits; ++bit) {
      auto mask = static_cast<std::byte>(0x80 >> bit % 8);
      low.octets[bit / 8] &= ~mask;
      high.octets[bit / 8] |= mask;
    }
    auto less = [](const node_info& a, const node_id& b) { return a.id < b; };
    auto greater = [](const node_id& a, const node_info& b) { return a < b.id; };
    return {std::lower_bound(nodes_.begin(), nodes_.end(), low, less),
            std::upper_bound(nodes_.begin(), nodes_.end(), high, greater)};
  }

  static std::vector<node_info> nearest(std::vector<node_info> some, const node_id& target) {
    std::sort(some.begin(), some.end(), [&](const node_info& a, const node_info& b) {
      return distance_between(a.id, target) < distance_between(b.id, target);
    });
    some.resize(std::min(some.size(), k));
    return some;
  }

  seeded_random& random_;
  std::vector<node_info> nodes_; // by id
  std::map<endpoint, node_id> ids_;
  std::vector<node_info> liars_;
  std::set<endpoint> lying_;
};

struct outcome {
  std::size_t reached = 0; // honest nodes among the k closest honest ones that the lookup ended with
  std::size_t queries = 0;
};

outcome look_up(world& net, seeded_random& random, lie kind, std::size_t crowd_bits, lookup::settings how) {
  lookup search{random_id(random), random_id(random), how};
  for (std::size_t i = 0; i < 2 * k; ++i)
    search.seed(net.nodes()[random.below(net.nodes().size())]);
  std::vector<endpoint> slow;
  for (int steps = 0; !search.done(); ++steps) {
    BOOST_REQUIRE(steps < 1000);
    std::vector<endpoint> asked;
    while (auto next = search.next())
      asked.push_back(*next);
    for (const auto& where : std::exchange(slow, {}))
      search.on_failure(where);
    for (const auto& where : asked) {
      auto id = net.id_at(where);
      if (!id || (net.lies(where) && kind == lie::silence)) {
        search.on_slow(where);
        slow.push_back(where);
      } else if (net.lies(where)) {
        search.on_success(where, *id, net.lie_about(kind, search.target(), crowd_bits));
      } else {
        search.on_success(where, *id, net.answer(*id, search.target()));
      }
    }
  }
  outcome result{0, search.queries()};
  auto ended_with = search.closest();
  for (const auto& node : net.closest_honest(search.target()))
    result.reached += std::count(ended_with.begin(), ended_with.end(), node) > 0 ? 1 : 0;
  return result;
}

/// Returns the share of lookups that reached at least half of the nodes that honestly store something.
double success(lie kind, std::size_t crowd_bits, bool secure_ids, const char* what) {
  seeded_random random{2026};
  constexpr int rounds = 200;
  int good = 0;
  std::size_t queries = 0;
  for (int network = 0; network < 4; ++network) {
    world net{random, 4096, 20, secure_ids};
    // The 8th of 4096 neighbours shares 9 bits; dht::node adds its margin of 7.
    lookup::settings how{.verify_ids = secure_ids, .crowded_bits = 16};
    for (int i = 0; i < rounds / 4; ++i) {
      auto done = look_up(net, random, kind, crowd_bits, how);
      good += done.reached >= k / 2 ? 1 : 0;
      queries += done.queries;
    }
  }
  BOOST_TEST_MESSAGE(what << ": " << 100.0 * good / rounds << " % with " << double(queries) / rounds << " queries");
  return double(good) / rounds;
}

} // namespace

BOOST_AUTO_TEST_SUITE(lookup_liars_test)

BOOST_AUTO_TEST_CASE(made_up_nodes_at_the_target_do_not_hide_the_real_ones) {
  BOOST_TEST(success(lie::made_up, 150, false, "made up nodes") >= 0.95);
  BOOST_TEST(success(lie::made_up, 150, true, "made up nodes, secure ids") >= 0.95);
}

BOOST_AUTO_TEST_CASE(conspirators_who_take_ids_at_the_target_do_not_hide_the_real_ones) {
  BOOST_TEST(success(lie::conspiracy, 150, false, "conspirators") >= 0.95);
  BOOST_TEST(success(lie::conspiracy, 150, true, "conspirators, secure ids") >= 0.95);
  BOOST_TEST(success(lie::conspiracy, 12, true, "subtle conspirators, secure ids") >= 0.95);
}

BOOST_AUTO_TEST_CASE(false_names_for_real_nodes_do_not_hide_them) {
  BOOST_TEST(success(lie::false_names, 150, false, "false names") >= 0.95);
  BOOST_TEST(success(lie::false_names, 150, true, "false names, secure ids") >= 0.95);
}

BOOST_AUTO_TEST_CASE(silent_nodes_cost_time_and_nothing_else) {
  BOOST_TEST(success(lie::silence, 0, false, "silence") >= 0.95);
}

BOOST_AUTO_TEST_CASE(the_first_name_of_an_endpoint_or_id_is_not_the_last) {
  lookup search{id_of({0x80}), id_of({2}), {.parallelism = 8}};
  search.seed({id_of({0x10}), endpoint_of(1)});
  BOOST_TEST(search.next().has_value());
  // False: the honest node's id at another place, its place under another id, and a neighbour of its network.
  auto honest = node_info{id_of({0x80, 1}), endpoint_of(5)};
  auto other_port = endpoint_of(5);
  other_port.port = 1;
  search.on_success(
      endpoint_of(1), id_of({0x10}),
      {{honest.id, endpoint_of(6)}, {id_of({0x80}), other_port}, {id_of({0x01}), honest.where}, honest});
  std::set<endpoint> asked;
  for (int i = 0; i < 5 && !search.done(); ++i)
    while (auto next = search.next()) {
      BOOST_TEST(asked.insert(*next).second);
      if (*next == honest.where)
        search.on_success(*next, honest.id, {});
      else
        search.on_failure(*next);
    }
  BOOST_TEST(asked.contains(honest.where));
  BOOST_TEST((search.closest().front() == honest));
}

BOOST_AUTO_TEST_CASE(one_answer_adds_a_bounded_number_of_candidates) {
  lookup search{id_of({0x80}), id_of({2}), {.parallelism = 100, .width = 100}};
  search.seed({id_of({0x10}), endpoint_of(1)});
  BOOST_TEST(search.next().has_value());
  std::vector<node_info> many;
  for (int i = 0; i < 64; ++i)
    many.push_back({id_of({0x81, i}), endpoint_of(static_cast<std::size_t>(10 + i))});
  search.on_success(endpoint_of(1), id_of({0x10}), many);
  std::size_t asked = 0;
  while (search.next())
    ++asked;
  BOOST_TEST(asked == lookup::max_named);
}

BOOST_AUTO_TEST_SUITE_END()
