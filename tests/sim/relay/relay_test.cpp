#include "tests/sim/relay/relay_world.hpp"

#include <boost/test/data/test_case.hpp>

using namespace warren;
using namespace warren::relay;
using namespace std::chrono_literals;
using test::relay_world;

namespace {

const std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5};

bytes pattern(std::size_t size, std::uint8_t mark) {
  bytes made(size);
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<std::byte>(i * 13 + i / 251 + mark);
  return made;
}

const auto shared = topic::of("shared");

/// Adds `count` nodes that all joined one topic and see each other.
void populate(relay_world& world, std::uint8_t count, test::link_quality quality = {}) {
  for (std::uint8_t i = 0; i < count; ++i)
    BOOST_TEST(!world.add(static_cast<std::uint8_t>(i + 1), quality).client->join(world.now, shared));
  BOOST_REQUIRE(world.run_until([&] {
    for (std::size_t i = 0; i < world.size(); ++i)
      if (world.at(i).present.size() + 1 != count)
        return false;
    return true;
  }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(relay_simulation)

BOOST_DATA_TEST_CASE(large_transfers_both_ways_arrive_whole, seeds, seed) {
  relay_world world{seed};
  populate(world, 2);
  auto& a = world.at(0);
  auto& b = world.at(1);
  auto id = a.client->open_circuit(world.now, b.self);
  BOOST_REQUIRE(id);
  auto there = pattern(5'000'000, 1);
  auto back = pattern(3'000'000, 2);
  world.send(a, *id, there);
  BOOST_REQUIRE(world.run_until([&] { return !b.inbound.empty(); }));
  world.send(b, b.inbound[0], back);
  BOOST_REQUIRE(world.run_until([&] {
    return b.received[b.inbound[0]].size() >= there.size() && a.received[*id].size() >= back.size();
  }));
  BOOST_TEST((b.received[b.inbound[0]] == there));
  BOOST_TEST((a.received[*id] == back));
  a.client->close_circuit(world.now, *id);
  BOOST_REQUIRE(world.run_until([&] { return !b.closed.empty(); }));
  BOOST_TEST((b.closed.begin()->second == circuit_reason::closed));
  BOOST_TEST(a.losses.empty());
}

BOOST_DATA_TEST_CASE(everybody_talks_to_everybody_and_nothing_is_lost_or_mixed, seeds, seed) {
  constexpr std::uint8_t count = 12;
  relay_world world{seed};
  populate(world, count, {.latency = 30ms, .octets_per_second = 2e6});
  for (std::uint8_t i = 0; i < count; ++i)
    for (std::uint8_t k = 0; k < count; ++k)
      if (i != k) {
        auto id = world.at(i).client->open_circuit(world.now, world.at(k).self);
        BOOST_REQUIRE(id);
        world.send(
            world.at(i), *id,
            pattern(20'000 + world.random.below(50'000), static_cast<std::uint8_t>(i * 16 + k)));
        world.at(i).client->close_circuit(world.now, *id);
      }
  BOOST_REQUIRE(world.run_until([&] {
    for (std::size_t i = 0; i < world.size(); ++i)
      if (world.at(i).closed.size() != count - 1u)
        return false;
    return true;
  }));
  for (std::uint8_t k = 0; k < count; ++k) {
    std::set<std::uint8_t> marks;
    for (const auto& [id, got] : world.at(k).received) {
      auto mark = std::to_integer<std::uint8_t>(got.at(0));
      marks.insert(mark);
      BOOST_TEST(mark % 16 == k);
      BOOST_TEST(got.size() >= 20'000u);
      BOOST_TEST((got == pattern(got.size(), mark)));
    }
    BOOST_TEST(marks.size() == count - 1u);
  }
}

BOOST_DATA_TEST_CASE(presence_converges_after_any_number_of_cuts, seeds, seed) {
  constexpr std::uint8_t count = 8;
  relay_world world{seed};
  const topic topics[] = {topic::of("1"), topic::of("2"), topic::of("3")};
  std::vector<std::set<topic>> joined(count);
  for (std::uint8_t i = 0; i < count; ++i)
    world.add(static_cast<std::uint8_t>(i + 1));
  for (int round = 0; round < 150; ++round) {
    auto who = world.random.below(count);
    auto& node = world.at(who);
    const auto& where = topics[world.random.below(3)];
    switch (world.random.below(4)) {
      case 0:
        BOOST_TEST(!node.client->join(world.now, where));
        joined[who].insert(where);
        break;
      case 1:
        node.client->leave(world.now, where);
        joined[who].erase(where);
        break;
      case 2:
        world.cut(node);
        break;
      default:
        break;
    }
    world.run_for(std::chrono::milliseconds{world.random.below(100)});
  }
  world.run_for(60s);
  for (std::size_t i = 0; i < count; ++i) {
    std::set<std::pair<topic, peer_id>> expected;
    for (std::size_t k = 0; k < count; ++k)
      for (const auto& where : joined[k])
        if (k != i && joined[i].contains(where))
          expected.emplace(where, world.at(k).self);
    BOOST_TEST((world.at(i).present == expected));
  }
  BOOST_TEST(world.server().counters().bad_frames == 0u);
  BOOST_TEST(world.server().guests() == count);
}

BOOST_DATA_TEST_CASE(both_ends_are_told_when_a_guest_is_lost, seeds, seed) {
  relay_world world{seed};
  populate(world, 3);
  auto id = world.at(0).client->open_circuit(world.now, world.at(1).self);
  auto other = world.at(0).client->open_circuit(world.now, world.at(2).self);
  BOOST_REQUIRE(id && other);
  world.send(world.at(0), *id, pattern(2'000'000, 3));
  BOOST_REQUIRE(world.run_until([&] { return !world.at(1).received.empty(); }));
  world.cut(world.at(1));
  BOOST_REQUIRE(
      world.run_until([&] { return world.at(0).closed.contains(*id) && !world.at(1).closed.empty(); }));
  auto reason = world.at(0).closed[*id];
  BOOST_TEST((reason == circuit_reason::peer_gone));
  BOOST_TEST((world.at(1).closed.begin()->second == circuit_reason::link_lost));
  BOOST_TEST(!world.at(0).closed.contains(*other));
  // It comes back; a new circuit works, and nothing of the old one shows up.
  BOOST_REQUIRE(world.run_until([&] { return world.at(0).client->reachable(world.at(1).self); }));
  world.at(1).received.clear();
  auto again = world.at(0).client->open_circuit(world.now, world.at(1).self);
  BOOST_REQUIRE(again);
  auto text = pattern(1'000, 9);
  world.send(world.at(0), *again, text);
  BOOST_REQUIRE(world.run_until([&] { return !world.at(1).received.empty(); }));
  world.run_for(10s);
  BOOST_TEST(world.at(1).received.size() == 1u);
  BOOST_TEST((world.at(1).received.begin()->second == text));
}

BOOST_DATA_TEST_CASE(all_come_back_after_the_relay_restarts_and_not_all_at_once, seeds, seed) {
  constexpr std::uint8_t count = 20;
  relay_world world{seed};
  populate(world, count);
  world.set_relay_up(false);
  world.run_for(40s);
  for (std::size_t i = 0; i < count; ++i)
    BOOST_TEST(world.at(i).present.empty());
  std::set<time_point> dials;
  for (std::size_t i = 0; i < count; ++i)
    dials.insert(*world.at(i).client->poll_timeout());
  BOOST_TEST(dials.size() == count);
  world.set_relay_up(true);
  BOOST_REQUIRE(world.run_until(
      [&] {
        for (std::size_t i = 0; i < count; ++i)
          if (world.at(i).present.size() != count - 1u)
            return false;
        return true;
      },
      31s));
}

BOOST_DATA_TEST_CASE(a_consumer_that_stops_holds_its_sender_back_and_no_other_circuit, seeds, seed) {
  relay_world world{seed};
  populate(world, 3);
  auto& slow = world.at(1);
  world.set_consuming(slow, false);
  auto stuck = world.at(0).client->open_circuit(world.now, slow.self);
  auto free = world.at(0).client->open_circuit(world.now, world.at(2).self);
  BOOST_REQUIRE(stuck && free);
  auto octets = pattern(2'000'000, 1);
  world.send(world.at(0), *stuck, octets);
  world.send(world.at(0), *free, octets);
  auto& third = world.at(2);
  BOOST_REQUIRE(world.run_until(
      [&] { return !third.received.empty() && third.received.begin()->second.size() == octets.size(); }));
  world.run_for(120s);
  BOOST_TEST(slow.received.begin()->second.size() == initial_window);
  BOOST_TEST(slow.losses.empty());
  world.set_consuming(slow, true);
  BOOST_REQUIRE(world.run_until([&] { return slow.received.begin()->second.size() == octets.size(); }));
  BOOST_TEST((slow.received.begin()->second == octets));
}

BOOST_DATA_TEST_CASE(senders_share_a_narrow_link_fairly, seeds, seed) {
  relay_world world{seed};
  populate(world, 4);
  auto& narrow = world.add(9, {.latency = 20ms, .octets_per_second = 200'000});
  BOOST_TEST(!narrow.client->join(world.now, shared));
  BOOST_REQUIRE(world.run_until([&] { return narrow.present.size() == 4; }));
  for (std::size_t i = 0; i < 4; ++i) {
    // The first sender opens four circuits; a share is per peer.
    for (int k = 0; k < (i == 0 ? 4 : 1); ++k) {
      auto id = world.at(i).client->open_circuit(world.now, narrow.self);
      BOOST_REQUIRE(id);
      world.send(world.at(i), *id, pattern(4'000'000, static_cast<std::uint8_t>(i)));
    }
  }
  world.run_for(30s);
  std::map<std::uint8_t, std::size_t> got;
  for (const auto& [id, octets] : narrow.received)
    got[std::to_integer<std::uint8_t>(octets.at(0))] += octets.size();
  BOOST_REQUIRE(got.size() == 4u);
  auto [least, most] = std::minmax_element(
      got.begin(), got.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  BOOST_TEST(least->second * 3 > most->second * 2, "shares " << least->second << " to " << most->second);
  BOOST_TEST(narrow.losses.empty());
}

BOOST_DATA_TEST_CASE(a_throttled_guest_gets_its_rate_and_is_never_cut, seeds, seed) {
  relay_world world{seed, {.rate = 100'000, .burst = 100'000}};
  populate(world, 2);
  auto id = world.at(0).client->open_circuit(world.now, world.at(1).self);
  BOOST_REQUIRE(id);
  auto octets = pattern(6'000'000, 1);
  world.send(world.at(0), *id, octets);
  auto begin = world.now;
  BOOST_REQUIRE(world.run_until(
      [&] {
        return !world.at(1).received.empty() && world.at(1).received.begin()->second.size() == octets.size();
      },
      120s));
  auto took = world.now - begin;
  BOOST_TEST((took > 50s && took < 70s));
  BOOST_TEST(world.at(0).losses.empty());
  BOOST_TEST(world.at(1).losses.empty());
}

BOOST_DATA_TEST_CASE(the_same_peer_twice_ends_with_one_link, seeds, seed) {
  relay_world world{seed};
  populate(world, 2);
  auto& twin = world.add(1); // the first node's key
  BOOST_TEST(!twin.client->join(world.now, shared));
  BOOST_REQUIRE(world.run_until([&] { return !world.at(0).losses.empty(); }));
  BOOST_TEST((world.at(0).losses[0].refused == refusal::replaced));
  BOOST_TEST((world.at(0).losses[0].retry_in >= 15s));
  BOOST_REQUIRE(world.run_until([&] { return world.at(1).present.size() == 1 && twin.present.size() == 1; }));
  BOOST_TEST(world.server().counters().replaced == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
