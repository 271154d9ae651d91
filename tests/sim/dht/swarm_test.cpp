#include "messages/krpc.hpp"
#include "tests/sim/dht/lookup_trial.hpp"
#include "tests/sim/dht/swarm.hpp"
#include "transports/dht/secure_id.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using warren::endpoint;
using warren::sim::dht_member;
using warren::sim::dht_swarm;
using warren::sim::link_quality;
namespace dht = warren::dht;

namespace {

dht::info_hash topic_number(unsigned n) {
  dht::info_hash result;
  for (std::size_t i = 0; i < result.octets.size(); ++i)
    result.octets[i] = static_cast<std::byte>((n + 1) * (i * 7 + 13) * 2654435761u >> 13);
  return result;
}

link_quality bad_internet() {
  return {.latency = 20ms, .jitter = 80ms, .loss = 0.1, .duplication = 0.01, .reorder = 0.01};
}

/// Lets `who` announce `topic` on port 7000 and returns how that ended.
dht::lookup_done announce(dht_swarm& swarm, dht_member& who, const dht::info_hash& topic) {
  who.finished.clear();
  who.node.announce(swarm.network.now(), topic, 7000, false);
  who.host.drive();
  swarm.await_lookups(who, 1);
  return who.finished[0];
}

/// Lets `who` look for peers of `topic`; what it finds is in its `found`.
dht::lookup_done look_up(dht_swarm& swarm, dht_member& who, const dht::info_hash& topic) {
  who.finished.clear();
  who.found.clear();
  who.node.get_peers(swarm.network.now(), topic);
  who.host.drive();
  swarm.await_lookups(who, 1);
  return who.finished[0];
}

bool found(const dht_member& who, const dht_member& announcer) {
  return std::count(who.found.begin(), who.found.end(), endpoint{announcer.host.where().address, 7000}) == 1;
}

dht_member& any(dht_swarm& swarm) {
  return *swarm.members[swarm.network.random().below(swarm.members.size())];
}

/// Returns how many of the k nodes truly closest to `topic` hold a peer of anything.
std::size_t stored_at_closest(const dht_swarm& swarm, const dht::info_hash& topic) {
  std::vector<const dht_member*> sorted;
  for (const auto& member : swarm.members)
    sorted.push_back(member.get());
  std::sort(sorted.begin(), sorted.end(), [&](auto a, auto b) {
    return distance_between(a->node.id(), topic.target()) < distance_between(b->node.id(), topic.target());
  });
  sorted.resize(std::min(sorted.size(), dht::k));
  return static_cast<std::size_t>(std::count_if(
      sorted.begin(), sorted.end(), [](auto member) { return member->node.stats().peers_stored > 0; }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(dht_swarm_test)

BOOST_AUTO_TEST_CASE(five_hundred_nodes_find_each_others_peers_while_every_tenth_datagram_is_lost) {
  dht_swarm swarm{2026, bad_internet()};
  swarm.grow(500, 50ms);
  swarm.network.run_for(2min);
  // The first announcement alone tells who stores it.
  BOOST_TEST(announce(swarm, any(swarm), topic_number(999)).announced_to >= 7u);
  BOOST_TEST(stored_at_closest(swarm, topic_number(999)) >= 7u);
  std::size_t confirmed = 0;
  std::size_t queries = 0;
  std::size_t hops = 0;
  warren::duration took{};
  constexpr unsigned rounds = 40;
  for (unsigned i = 0; i < rounds; ++i) {
    auto& announcer = any(swarm);
    auto& seeker = any(swarm);
    confirmed += announce(swarm, announcer, topic_number(i)).announced_to;
    auto done = look_up(swarm, seeker, topic_number(i));
    BOOST_TEST(found(seeker, announcer), "round " << i);
    BOOST_TEST(done.peers == seeker.found.size());
    queries += done.queries;
    hops += done.hops;
    took += done.took;
  }
  BOOST_TEST_MESSAGE(
      "per lookup: " << double(queries) / rounds << " queries, " << double(hops) / rounds << " hops, "
                     << std::chrono::duration_cast<std::chrono::milliseconds>(took / rounds).count()
                     << " ms; stored at " << double(confirmed) / rounds << " nodes");
  BOOST_TEST(confirmed > rounds * 7u);
  BOOST_TEST(queries < rounds * 25u);
  BOOST_TEST(hops < rounds * 5u);
}

BOOST_AUTO_TEST_CASE(networks_of_one_to_twelve_nodes_work_from_the_first_moment) {
  for (std::size_t size = 1; size <= 12; ++size) {
    dht_swarm swarm{size, {}};
    for (std::size_t i = 0; i < size; ++i)
      swarm.add();
    // All start at once and ask before they have bootstrapped.
    for (auto& member : swarm.members) {
      member->node.bootstrap(swarm.network.now());
      member->host.drive();
    }
    auto stored = announce(swarm, *swarm.members.back(), topic_number(1)).announced_to;
    BOOST_TEST(stored >= std::min<std::size_t>(size - 1, 1));
    for (auto& member : swarm.members) {
      look_up(swarm, *member, topic_number(1));
      BOOST_TEST((size == 1 || member->found.size() == 1), "of " << size);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_announced_is_found_after_a_third_of_all_nodes_has_vanished) {
  dht_swarm swarm{7, bad_internet()};
  swarm.grow(120, 100ms);
  swarm.network.run_for(2min);
  auto& announcer = *swarm.members[1];
  announce(swarm, announcer, topic_number(1));
  for (std::size_t i = 2; i < swarm.members.size(); i += 3)
    swarm.network.detach(swarm.members[i]->host.where());
  for (std::size_t i = 3; i < 30; i += 3) {
    look_up(swarm, *swarm.members[i], topic_number(1));
    BOOST_TEST(found(*swarm.members[i], announcer), "node " << i);
  }
  // In time the dead ones leave the tables, and lookups are as quick as before.
  swarm.network.run_for(40min);
  announce(swarm, announcer, topic_number(2));
  auto done = look_up(swarm, *swarm.members[3], topic_number(2));
  BOOST_TEST(found(*swarm.members[3], announcer));
  BOOST_TEST(done.queries < 25u);
}

BOOST_AUTO_TEST_CASE(announcements_last_half_an_hour_unless_repeated) {
  dht_swarm swarm{8, {}};
  swarm.grow(20, 100ms);
  announce(swarm, *swarm.members[1], topic_number(1));
  swarm.network.run_for(29min);
  look_up(swarm, *swarm.members[2], topic_number(1));
  BOOST_TEST(found(*swarm.members[2], *swarm.members[1]));
  swarm.network.run_for(2min);
  look_up(swarm, *swarm.members[2], topic_number(1));
  BOOST_TEST(swarm.members[2]->found.empty());
}

BOOST_AUTO_TEST_CASE(nodes_wait_for_a_bootstrap_node_that_starts_late) {
  dht_swarm swarm{9, {}};
  for (std::size_t i = 1; i <= 10; ++i)
    swarm.add(dht_swarm::address(i), swarm.settings(i)).node.bootstrap(swarm.network.now());
  for (auto& member : swarm.members)
    member->host.drive();
  swarm.network.run_for(3min);
  for (const auto& member : swarm.members)
    BOOST_TEST(member->node.stats().bootstrapping);
  swarm.add(dht_swarm::address(0), swarm.settings(0));
  swarm.network.run_for(2min);
  for (std::size_t i = 0; i < 10; ++i) {
    BOOST_TEST(!swarm.members[i]->node.stats().bootstrapping);
    BOOST_TEST(swarm.members[i]->node.stats().nodes >= 8u);
  }
}

BOOST_AUTO_TEST_CASE(nodes_learn_their_public_address_and_take_ids_that_suit_it) {
  dht_swarm swarm{10, {}};
  swarm.grow(40, 100ms);
  swarm.network.run_for(5min);
  for (std::size_t i = 0; i < swarm.members.size(); ++i) {
    const auto& member = *swarm.members[i];
    BOOST_TEST((member.node.stats().external == dht_swarm::address(i)), i);
    BOOST_TEST(dht::is_secure_id(member.node.id(), dht_swarm::address(i).address), i);
  }
  announce(swarm, *swarm.members[5], topic_number(1));
  look_up(swarm, *swarm.members[30], topic_number(1));
  BOOST_TEST(found(*swarm.members[30], *swarm.members[5]));
}

BOOST_AUTO_TEST_CASE(with_required_ids_the_network_still_works) {
  dht_swarm swarm{11, {}};
  swarm.base.enforcement = dht::id_enforcement::require;
  for (std::size_t i = 0; i < 30; ++i) {
    auto how = swarm.settings(i);
    how.external_hint = dht_swarm::address(i).address;
    auto& member = swarm.add(dht_swarm::address(i), how);
    member.node.bootstrap(swarm.network.now());
    member.host.drive();
    swarm.network.run_for(200ms);
  }
  announce(swarm, *swarm.members[5], topic_number(1));
  look_up(swarm, *swarm.members[20], topic_number(1));
  BOOST_TEST(found(*swarm.members[20], *swarm.members[5]));
}

BOOST_AUTO_TEST_CASE(a_quarter_of_lying_nodes_does_not_hide_an_announcement) {
  dht_swarm swarm{12, {}};
  swarm.grow(80, 100ms);
  swarm.network.run_for(1min);
  announce(swarm, *swarm.members[1], topic_number(1));
  // From now on every fourth node answers each query with nodes that do not exist, close to what was asked.
  for (std::size_t i = 3; i < swarm.members.size(); i += 4) {
    auto where = swarm.members[i]->host.where();
    auto id = swarm.members[i]->node.id();
    swarm.network.attach(where, [&swarm, where, id](auto, const endpoint& from, warren::byte_view datagram) {
      auto message = warren::krpc::decode(datagram);
      auto query = message ? std::get_if<warren::krpc::query>(&message->body) : nullptr;
      if (!query)
        return;
      warren::krpc::response lie;
      lie.id = id;
      for (std::size_t n = 0; n < dht::k; ++n) {
        auto near = query->target;
        near.octets[19] ^= static_cast<std::byte>(swarm.network.random().below(256));
        lie.nodes.push_back({near, dht_swarm::address(20'000 + swarm.network.random().below(20'000))});
      }
      swarm.network.send(where, from, warren::krpc::encode({message->transaction, lie, false, {}, {}}));
    });
  }
  for (std::size_t i = 4; i < 44; i += 4) {
    look_up(swarm, *swarm.members[i], topic_number(1));
    BOOST_TEST(found(*swarm.members[i], *swarm.members[1]), "node " << i);
  }
}

BOOST_AUTO_TEST_CASE(many_nodes_on_loopback_and_in_ipv6_work_the_same) {
  for (auto host : {"127.0.0.1", "fd00::1", "::1"}) {
    dht_swarm swarm{13, {}};
    auto address = *warren::ip_address::parse(host);
    swarm.base.family = address.family();
    swarm.base.allow_same_ip = !address.is_loopback();
    for (std::uint16_t i = 0; i < 30; ++i) {
      auto how = swarm.base;
      if (i > 0)
        how.bootstrap = {{address, 5000}};
      auto& member = swarm.add({address, static_cast<std::uint16_t>(5000 + i)}, how);
      member.node.bootstrap(swarm.network.now());
      member.host.drive();
      swarm.network.run_for(100ms);
    }
    BOOST_TEST(announce(swarm, *swarm.members[7], topic_number(1)).announced_to == 8u, host);
    look_up(swarm, *swarm.members[20], topic_number(1));
    BOOST_TEST(found(*swarm.members[20], *swarm.members[7]), host);
  }
}

BOOST_AUTO_TEST_CASE(a_network_whose_nodes_live_for_twenty_minutes_still_finds_what_was_announced) {
  dht_swarm swarm{14, {.latency = 50ms, .spread = 0.5, .loss = 0.01}};
  swarm.populate(200);
  swarm.churn(20min, 20min);
  warren::sim::lookup_trial trial{swarm};
  trial.announce(20);
  BOOST_TEST(trial.look_up(100).success() >= 0.99);
  swarm.churn(20min, 5min);
  BOOST_TEST(trial.look_up(100).success() >= 0.99);
}

BOOST_AUTO_TEST_CASE(members_behind_nats_announce_and_look_up_through_them) {
  using warren::sim::nat_dependence;
  dht_swarm swarm{15, {}};
  swarm.grow(40, 100ms);
  std::vector<dht_member*> natted;
  for (std::size_t i = 0; i < 20; ++i) {
    auto kind =
        i % 2 == 0 ? nat_dependence::endpoint_independent : nat_dependence::address_and_port_dependent;
    auto home = swarm.network.add_nat(dht_swarm::address(1000 + i).address, {.mapping = kind});
    natted.push_back(&swarm.add(*endpoint::parse("192.168.0.2:6881"), swarm.settings(1), home));
    natted.back()->node.bootstrap(swarm.network.now());
    natted.back()->host.drive();
    swarm.network.run_for(500ms);
  }
  swarm.network.run_for(10min);
  for (unsigned i = 0; i < natted.size(); ++i) {
    announce(swarm, *natted[i], topic_number(i));
    for (auto seeker : {swarm.members[i + 1].get(), natted[(i + 1) % natted.size()]}) {
      look_up(swarm, *seeker, topic_number(i));
      auto outside = endpoint{dht_swarm::address(1000 + i).address, 7000};
      BOOST_TEST(std::count(seeker->found.begin(), seeker->found.end(), outside) == 1, "member " << i);
    }
  }
  // Whose mapping is the same for all learns where it is seen.
  for (std::size_t i = 0; i < natted.size(); i += 2)
    BOOST_TEST((natted[i]->node.stats().external->address == dht_swarm::address(1000 + i).address));
}

BOOST_AUTO_TEST_SUITE_END()
