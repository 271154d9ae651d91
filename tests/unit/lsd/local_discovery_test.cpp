#include "transports/lsd/local_discovery.hpp"

#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace warren;
using namespace warren::lsd;
using namespace std::chrono_literals;

namespace {

info_hash topic(std::size_t n) {
  info_hash result{};
  result[0] = static_cast<std::byte>(n / 256);
  result[1] = static_cast<std::byte>(n % 256);
  return result;
}

const auto group = *endpoint::parse(bt_search::ipv4_group);
const auto neighbour = *endpoint::parse("192.168.1.7:6771");

struct discovery_fixture {
  test::seeded_random random{3};
  time_point now = time_point{} + 1h;
  config settings{group, 4000};

  /// Runs `machine` for `how_long` and returns what it said, with when.
  std::vector<std::pair<time_point, bt_search::message>> run(local_discovery& machine, duration how_long) {
    std::vector<std::pair<time_point, bt_search::message>> said;
    auto until = now + how_long;
    while (auto due = machine.poll_timeout()) {
      if (*due > until)
        break;
      BOOST_REQUIRE((*due > now || said.empty() || said.back().first < now));
      now = std::max(now, *due);
      machine.handle_timeout(now);
      auto sent = machine.poll_transmit();
      BOOST_REQUIRE(sent.has_value());
      said.emplace_back(now, *bt_search::decode(*sent));
      BOOST_TEST(!machine.poll_transmit().has_value());
    }
    now = until;
    return said;
  }

  bytes from_other(std::vector<info_hash> topics) {
    return bt_search::encode({5000, std::move(topics), "other"}, group);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(local_discovery_test, discovery_fixture)

BOOST_AUTO_TEST_CASE(a_topic_is_announced_at_once_and_then_every_five_minutes) {
  local_discovery machine{settings, random};
  BOOST_TEST(!machine.poll_timeout().has_value());
  machine.join(now, topic(1));
  auto began = now;
  auto said = run(machine, 16min);
  BOOST_REQUIRE(said.size() == 4u);
  BOOST_TEST((said[0].first <= began + 1s));
  BOOST_TEST((said[1].first - said[0].first == 5min));
  BOOST_TEST(said[0].second.port == 4000);
  BOOST_TEST((said[0].second.info_hashes == std::vector{topic(1)}));
}

BOOST_AUTO_TEST_CASE(topics_joined_together_share_one_message) {
  local_discovery machine{settings, random};
  for (std::size_t i = 0; i < 10; ++i)
    machine.join(now, topic(i));
  auto said = run(machine, 4min);
  BOOST_REQUIRE(said.size() == 1u);
  BOOST_TEST(said[0].second.info_hashes.size() == 10u);
}

// BEP 14: at most one message a minute, whatever there is to say.
BOOST_AUTO_TEST_CASE(many_topics_all_have_their_turn_within_one_message_a_minute) {
  local_discovery machine{settings, random};
  for (std::size_t i = 0; i < 200; ++i)
    machine.join(now, topic(i));
  std::set<info_hash> heard;
  auto said = run(machine, 11min);
  for (std::size_t i = 0; i < said.size(); ++i) {
    BOOST_TEST((i == 0 || said[i].first - said[i - 1].first >= 1min));
    heard.insert(said[i].second.info_hashes.begin(), said[i].second.info_hashes.end());
  }
  BOOST_TEST(heard.size() == 200u);
}

BOOST_AUTO_TEST_CASE(a_topic_that_was_left_is_announced_no_more) {
  local_discovery machine{settings, random};
  machine.join(now, topic(1));
  BOOST_TEST(run(machine, 1min).size() == 1u);
  machine.leave(topic(1));
  BOOST_TEST(run(machine, 1h).empty());
}

BOOST_AUTO_TEST_CASE(who_announces_a_topic_of_ours_is_found_at_the_port_it_names) {
  local_discovery machine{settings, random};
  machine.join(now, topic(1));
  machine.handle_packet(now, neighbour, from_other({topic(2), topic(1)}));
  auto found = machine.poll_event();
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->topic == topic(1)));
  BOOST_TEST((found->peer == *endpoint::parse("192.168.1.7:5000")));
  BOOST_TEST(!machine.poll_event().has_value());
}

BOOST_AUTO_TEST_CASE(our_own_message_and_garbage_are_counted_and_change_nothing) {
  local_discovery machine{settings, random};
  machine.join(now, topic(1));
  machine.handle_timeout(now + 1s);
  auto own = machine.poll_transmit();
  BOOST_REQUIRE(own.has_value());
  machine.handle_packet(now, neighbour, *own);
  machine.handle_packet(now, neighbour, to_bytes("garbage"));
  BOOST_TEST(!machine.poll_event().has_value());
  BOOST_TEST(machine.stats().own == 1u);
  BOOST_TEST(machine.stats().malformed == 1u);
}

// Whoever can send to the group could otherwise have every member dial an address of its choice.
BOOST_AUTO_TEST_CASE(only_addresses_of_a_local_network_are_believed) {
  local_discovery machine{settings, random};
  machine.join(now, topic(1));
  for (auto from : {"203.0.113.9:6771", "[fd00::1]:6771"})
    machine.handle_packet(now, *endpoint::parse(from), from_other({topic(1)}));
  BOOST_TEST(!machine.poll_event().has_value());
  BOOST_TEST(machine.stats().foreign_source == 2u);
  settings.group = *endpoint::parse(bt_search::ipv6_group);
  local_discovery v6{settings, random};
  v6.join(now, topic(1));
  for (auto from : {"[fe80::1]:6771", "[2001:db8::1]:6771", "[fd00::1]:6771"})
    v6.handle_packet(now, *endpoint::parse(from), from_other({topic(1)}));
  auto found = v6.poll_event();
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->peer == *endpoint::parse("[fd00::1]:5000")));
  BOOST_TEST(v6.stats().foreign_source == 2u);
}

BOOST_AUTO_TEST_CASE(peers_heard_are_bounded_per_minute) {
  local_discovery machine{settings, random};
  machine.join(now, topic(1));
  auto hear = [&](int times) {
    for (int i = 0; i < times; ++i) {
      auto from = *endpoint::parse("192.168.1." + std::to_string(1 + i % 100) + ":6771");
      machine.handle_packet(now, from, from_other({topic(1)}));
    }
    int found = 0;
    while (machine.poll_event())
      ++found;
    return found;
  };
  BOOST_TEST(hear(100) == 64);
  BOOST_TEST(machine.stats().too_many_peers == 36u);
  now += 1min;
  BOOST_TEST(hear(10) == 10);
}

BOOST_AUTO_TEST_CASE(one_neighbour_that_shouts_does_not_drown_the_others) {
  local_discovery machine{settings, random};
  machine.join(now, topic(1));
  for (int i = 0; i < 1'000; ++i)
    machine.handle_packet(now, neighbour, from_other({topic(1)}));
  while (machine.poll_event()) {
  }
  machine.handle_packet(now, *endpoint::parse("192.168.1.8:6771"), from_other({topic(1)}));
  auto found = machine.poll_event();
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->peer == *endpoint::parse("192.168.1.8:5000")));
}

BOOST_AUTO_TEST_CASE(on_a_new_interface_everything_is_announced_again_but_not_sooner_than_allowed) {
  local_discovery machine{settings, random};
  machine.join(now, topic(1));
  auto first = run(machine, 10s);
  BOOST_REQUIRE(first.size() == 1u);
  machine.announce_again(now);
  auto second = run(machine, 2min);
  BOOST_REQUIRE(second.size() == 1u);
  BOOST_TEST((second[0].first - first[0].first == 1min));
}

BOOST_AUTO_TEST_CASE(topics_are_bounded) {
  settings.max_topics = 2;
  local_discovery machine{settings, random};
  for (std::size_t i = 0; i < 3; ++i)
    machine.join(now, topic(i));
  BOOST_TEST(machine.stats().too_many_topics == 1u);
  machine.handle_packet(now, neighbour, from_other({topic(2)}));
  BOOST_TEST(!machine.poll_event().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
