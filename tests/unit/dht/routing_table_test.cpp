#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/address_policy.hpp"
#include "transports/dht/routing_table.hpp"
#include "transports/dht/secure_id.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace std::chrono_literals;
using warren::address_family;
using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::seeded_random;
using warren::test::start;
using namespace warren::dht;

namespace {

constexpr routing_table::settings no_ids{address_family::ipv4, false, id_enforcement::off};

/// A table around 0 with a full bucket for ids that begin with 1.
routing_table with_full_far_bucket() {
  routing_table table{id_of({0}), no_ids};
  for (int i = 0; i < 8; ++i)
    BOOST_TEST(
        table.heard_response(start + i * 1s, {id_of({0x80 + i}), endpoint_of(static_cast<std::size_t>(i))}));
  BOOST_TEST(table.heard_response(start, {id_of({1}), endpoint_of(100)})); // splits
  return table;
}

bool holds(const routing_table& table, const node_info& node) {
  auto all = table.nodes(start);
  return std::find(all.begin(), all.end(), node) != all.end();
}

} // namespace

BOOST_AUTO_TEST_SUITE(routing_table_test)

BOOST_AUTO_TEST_CASE(buckets_hold_k_nodes_each_and_split_only_around_the_own_id) {
  seeded_random random{1};
  auto own = warren::test::random_id(random);
  routing_table table{own, no_ids};
  for (std::size_t i = 0; i < 5000; ++i)
    table.heard_response(start, {warren::test::random_id(random), endpoint_of(i)});
  BOOST_TEST(table.buckets() > 6u);
  BOOST_TEST(table.buckets() < 20u);
  std::set<node_id> ids;
  for (std::size_t i = 0; i < table.buckets(); ++i) {
    const auto& part = table.at(i);
    BOOST_TEST(part.nodes.size() <= k);
    BOOST_TEST(part.replacements.size() <= k);
    std::set<warren::ip_address> networks;
    for (const auto& held : part.nodes) {
      auto prefix = common_prefix(own, held.info.id);
      BOOST_TEST((i + 1 == table.buckets() ? prefix >= i : prefix == i));
      BOOST_TEST(ids.insert(held.info.id).second);
      BOOST_TEST(networks.insert(network_of(held.info.where.address)).second);
    }
  }
}

BOOST_AUTO_TEST_CASE(closest_returns_the_truly_closest_in_order) {
  seeded_random random{2};
  routing_table table{warren::test::random_id(random), no_ids};
  for (std::size_t i = 0; i < 500; ++i)
    table.heard_response(start, {warren::test::random_id(random), endpoint_of(i)});
  for (int round = 0; round < 50; ++round) {
    auto target = warren::test::random_id(random);
    auto expected = table.nodes(start);
    std::sort(expected.begin(), expected.end(), [&](const node_info& a, const node_info& b) {
      return distance_between(a.id, target) < distance_between(b.id, target);
    });
    expected.resize(8);
    BOOST_TEST((table.closest(start, target, 8) == expected));
  }
  BOOST_TEST((routing_table{id_of({0}), no_ids}.closest(start, id_of({1}), 8).empty()));
}

BOOST_AUTO_TEST_CASE(a_newcomer_to_a_full_bucket_waits_and_takes_the_place_of_a_node_that_went_bad) {
  auto table = with_full_far_bucket();
  node_info newcomer{id_of({0xf0}), endpoint_of(50)};
  BOOST_TEST(!table.wants(start, newcomer));
  BOOST_TEST(!table.heard_response(start, newcomer));
  BOOST_TEST(!holds(table, newcomer));
  table.failed(start, endpoint_of(3));
  BOOST_TEST(!holds(table, newcomer), "one lost query is no death");
  table.failed(start, endpoint_of(3));
  BOOST_TEST(holds(table, newcomer));
  BOOST_TEST(!holds(table, {id_of({0x83}), endpoint_of(3)}));
  BOOST_TEST(table.at(0).replacements.empty());
}

BOOST_AUTO_TEST_CASE(a_bad_node_without_replacement_stays_but_is_named_to_nobody) {
  auto table = with_full_far_bucket();
  table.failed(start, endpoint_of(3));
  table.failed(start, endpoint_of(3));
  BOOST_TEST(table.count(start, node_state::questionable) == 8u);
  for (const auto& node : table.closest(start, id_of({0x83}), 8))
    BOOST_TEST((node.where != endpoint_of(3)));
  node_info newcomer{id_of({0xf0}), endpoint_of(50)};
  BOOST_TEST(table.wants(start, newcomer));
  BOOST_TEST(table.heard_response(start, newcomer));
  BOOST_TEST(!holds(table, {id_of({0x83}), endpoint_of(3)}));
  BOOST_TEST(
      table.heard_response(start, {id_of({1}), endpoint_of(100)}), "an answer makes a node good again");
}

BOOST_AUTO_TEST_CASE(nodes_turn_questionable_after_15_minutes_and_the_stalest_is_to_be_checked_first) {
  auto table = with_full_far_bucket();
  BOOST_TEST(!table.most_questionable(start + 14min));
  auto later = start + 15min + 2s;
  BOOST_TEST(table.count(later, node_state::good) == 5u);
  BOOST_TEST(table.count(later, node_state::questionable) == 9u);
  table.heard_query(later, {id_of({1}), endpoint_of(100)});
  BOOST_TEST((table.most_questionable(later)->where == endpoint_of(0)));
  table.heard_query(later, {id_of({0x99}), endpoint_of(0)});
  BOOST_TEST(
      (table.most_questionable(later)->where == endpoint_of(0)), "under another id it is another node");
}

BOOST_AUTO_TEST_CASE(one_network_has_one_node_per_bucket_unless_allowed) {
  routing_table strict{id_of({0}), no_ids};
  auto neighbour = endpoint_of(1);
  neighbour.port = 9;
  BOOST_TEST(strict.heard_response(start, {id_of({0x80}), endpoint_of(1)}));
  BOOST_TEST(!strict.wants(start, {id_of({0x81}), neighbour}));
  BOOST_TEST(!strict.heard_response(start, {id_of({0x81}), neighbour}));
  for (auto [host, allow, held] :
       {std::tuple{"127.0.0.1", false, 8u},
        {"10.0.0.1", true, 8u},
        {"10.0.0.1", false, 1u},
        {"20.0.0.1", true, 1u}}) {
    routing_table table{id_of({0}), {address_family::ipv4, allow, id_enforcement::off}};
    for (int i = 1; i <= 8; ++i)
      table.heard_response(
          start, {id_of({0x80 + i}), {*warren::ip_address::parse(host), static_cast<std::uint16_t>(i)}});
    BOOST_TEST(table.count(start, node_state::good) == held, host << (allow ? ", allowed" : ""));
  }
}

BOOST_AUTO_TEST_CASE(one_network_has_so_many_nodes_in_the_whole_table_and_no_more) {
  for (auto [host, most] :
       {std::pair{"20.0.0.1", routing_table::max_per_network}, {"127.0.0.1", std::size_t{20}}}) {
    seeded_random random{6};
    routing_table table{id_of({0}), no_ids};
    auto in_bucket = [&](std::size_t i) {
      auto id = warren::test::random_id(random);
      for (std::size_t bit = 0; bit <= i; ++bit) {
        auto mask = std::byte(0x80 >> bit % 8);
        id.octets[bit / 8] = (id.octets[bit / 8] & ~mask) | (bit == i ? mask : std::byte{0});
      }
      return id;
    };
    for (std::size_t i = 0; i < 20 * (k - 1); ++i) // all buckets but for one place each
      table.heard_response(start, {in_bucket(i / (k - 1)), endpoint_of(i)});
    std::size_t taken = 0;
    for (std::uint16_t i = 0; i < 20; ++i) {
      node_info node{in_bucket(i), {*warren::ip_address::parse(host), static_cast<std::uint16_t>(i + 1)}};
      auto wanted = table.wants(start, node);
      auto held = table.heard_response(start, node);
      BOOST_TEST(held == wanted, i);
      taken += held ? 1 : 0;
    }
    BOOST_TEST(taken == most, host);
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_was_silent_gets_back_in_when_it_asks) {
  auto table = with_full_far_bucket();
  node_info back{id_of({1}), endpoint_of(100)};
  BOOST_TEST(!table.wants(start, back), "it is there");
  for (auto where : {endpoint_of(100), endpoint_of(3)})
    for (int i = 0; i < 2; ++i)
      table.failed(start, where);
  for (const auto& node : {back, node_info{id_of({0x83}), endpoint_of(3)}}) {
    BOOST_TEST(table.wants(start, node));
    BOOST_TEST(table.heard_response(start, node));
    BOOST_TEST(!table.wants(start, node));
    BOOST_TEST((table.closest(start, node.id, 1) == std::vector{node}));
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_was_restarted_under_another_port_and_id_takes_the_place_of_its_dead_self) {
  auto table = with_full_far_bucket();
  node_info before{id_of({0x83}), endpoint_of(3)};
  node_info after{id_of({0x99}), {endpoint_of(3).address, 7}};
  BOOST_TEST(!table.wants(start, after));
  for (int i = 0; i < 2; ++i)
    table.failed(start, before.where);
  BOOST_TEST(table.wants(start, after));
  BOOST_TEST(table.heard_response(start, after));
  BOOST_TEST(holds(table, after));
  BOOST_TEST(!holds(table, before));
  BOOST_TEST(!table.heard_response(start, before), "one of a network");
  BOOST_TEST(holds(table, after));
}

BOOST_AUTO_TEST_CASE(nobody_takes_over_the_id_of_a_living_node) {
  auto table = with_full_far_bucket();
  node_info thief{id_of({0x83}), endpoint_of(70)};
  BOOST_TEST(!table.heard_response(start, thief));
  BOOST_TEST(holds(table, {id_of({0x83}), endpoint_of(3)}));
  table.failed(start, endpoint_of(3));
  table.failed(start, endpoint_of(3));
  BOOST_TEST(table.heard_response(start, thief));
}

BOOST_AUTO_TEST_CASE(a_node_that_changed_its_id_is_in_the_table_once) {
  auto table = with_full_far_bucket();
  BOOST_TEST(table.heard_response(start, {id_of({2}), endpoint_of(3)}));
  BOOST_TEST(!holds(table, {id_of({0x83}), endpoint_of(3)}));
  BOOST_TEST(table.nodes(start).size() == 9u);
}

BOOST_AUTO_TEST_CASE(the_own_id_and_unusable_addresses_never_enter) {
  routing_table table{id_of({0}), no_ids};
  BOOST_TEST(!table.heard_response(start, {id_of({0}), endpoint_of(1)}));
  for (auto where : {"1.2.3.4:0", "0.0.0.0:1", "239.1.2.3:1", "[2001:db8::1]:1"})
    BOOST_TEST(!table.heard_response(start, {id_of({9}), *endpoint::parse(where)}), where);
  BOOST_TEST(table.nodes(start).empty());
}

BOOST_AUTO_TEST_CASE(nodes_whose_id_suits_their_address_are_preferred_or_required_as_configured) {
  seeded_random random{3};
  auto filled = [&](id_enforcement enforcement) {
    routing_table table{id_of({0}), {address_family::ipv4, false, enforcement}};
    table.heard_response(start, {id_of({1}), *endpoint::parse("10.0.0.1:1")});
    for (int i = 0; i < 8; ++i)
      table.heard_response(start, {id_of({0x80 + i}), endpoint_of(static_cast<std::size_t>(i))});
    return table;
  };
  // An address whose BEP 42 prefix begins with a set bit.
  node_info suitable;
  for (std::size_t i = 200; suitable.id.octets[0] < std::byte{0x80}; ++i)
    suitable = {make_secure_id(endpoint_of(i).address, random), endpoint_of(i)};
  auto preferring = filled(id_enforcement::prefer);
  BOOST_TEST(preferring.heard_response(start, suitable));
  auto indifferent = filled(id_enforcement::off);
  BOOST_TEST(!indifferent.heard_response(start, suitable));
  auto strict = filled(id_enforcement::require);
  BOOST_TEST(strict.nodes(start).size() == 1u, "only the private address is exempt");
  BOOST_TEST(strict.heard_response(start, suitable));
}

BOOST_AUTO_TEST_CASE(buckets_with_room_are_refreshed_at_once_and_all_after_15_minutes_without_change) {
  seeded_random random{4};
  auto own = warren::test::random_id(random);
  routing_table table{own, no_ids};
  for (std::size_t i = 0; i < 300; ++i)
    table.heard_response(start, {warren::test::random_id(random), endpoint_of(i)});
  auto refresh_all = [&](warren::time_point now) {
    std::map<std::size_t, int> hit;
    for (std::size_t steps = 0; auto target = table.refresh_target(now, random); ++steps) {
      BOOST_REQUIRE(steps < 200u);
      ++hit[std::min(common_prefix(own, *target), table.buckets() - 1)];
    }
    return hit;
  };
  auto hit = refresh_all(start);
  for (std::size_t i = 0; i < table.buckets(); ++i)
    BOOST_TEST(hit[i] == (table.at(i).full() ? 0 : 1));
  BOOST_TEST(!table.at(table.buckets() - 1).full());
  BOOST_TEST(refresh_all(start + 14min).empty());
  BOOST_TEST(refresh_all(start + 15min).size() == table.buckets());
}

BOOST_AUTO_TEST_CASE(a_changed_own_id_sorts_the_nodes_anew) {
  seeded_random random{5};
  routing_table table{warren::test::random_id(random), no_ids};
  for (std::size_t i = 0; i < 300; ++i)
    table.heard_response(start, {warren::test::random_id(random), endpoint_of(i)});
  auto own = warren::test::random_id(random);
  table.change_id(start, own);
  BOOST_TEST((table.own_id() == own));
  BOOST_TEST(table.nodes(start).size() > 20u);
  for (std::size_t i = 0; i + 1 < table.buckets(); ++i)
    for (const auto& held : table.at(i).nodes)
      BOOST_TEST(common_prefix(own, held.info.id) == i);
}

BOOST_AUTO_TEST_SUITE_END()
