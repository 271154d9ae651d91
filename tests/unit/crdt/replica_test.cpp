#include "crdt_bridge/errc.hpp"
#include "tests/support/replica_host.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::crdt;
using namespace std::chrono_literals;

namespace {

constexpr wall_time wall{1'800'000'000'000};
constexpr time_point now{1h};

struct fixture {
  test::seeded_random random{1};

  // A peer that said hello and holds nothing.
  peer_handle greet(test::replica_host& host) {
    auto peer = host.join(now);
    host.machine.handle_message(now, wall, peer, sync::encode(sync::hello{1, {}}));
    return peer;
  }

  void offer(test::replica_host& host, peer_handle from, const item& what) {
    host.machine.handle_message(now, wall, from, sync::encode(sync::items{0, false, {what}}));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(replica_, fixture)

BOOST_AUTO_TEST_CASE(a_write_is_acknowledged_and_read_only_once_it_is_on_disk) {
  test::replica_host host{random};
  auto ticket = host.put("s", R"({"a":1})", wall);
  auto changes = host.machine.poll_transaction(now, wall);
  BOOST_REQUIRE(changes);
  BOOST_TEST(!host.machine.poll_event());
  BOOST_TEST(!host.engine.node("s"));
  host.machine.transaction_done(now, host.disk.commit(*changes));
  host.settle(now, wall);
  BOOST_TEST((host.acknowledged == std::vector{ticket}));
  BOOST_TEST(host.engine.node("s")->fields_json == R"({"a":1})");
  BOOST_REQUIRE(host.changes_seen.size() == 1);
  BOOST_TEST((host.changes_seen[0].local == std::vector{true}));
}

BOOST_AUTO_TEST_CASE(writes_that_come_while_the_disk_is_busy_share_one_transaction) {
  test::replica_host host{random};
  host.put("s", R"({"a":0})", wall);
  auto first = host.machine.poll_transaction(now, wall);
  for (int i = 1; i <= 100; ++i)
    host.put("s" + std::to_string(i), R"({"a":1})", wall);
  BOOST_TEST(!host.machine.poll_transaction(now, wall)); // one at a time
  host.machine.transaction_done(now, host.disk.commit(*first));
  host.settle(now, wall);
  BOOST_TEST(host.disk.commits == 2);
  BOOST_TEST(host.acknowledged.size() == 101);
  host.check_disk();
}

BOOST_AUTO_TEST_CASE(a_failed_transaction_changes_nothing_and_fails_its_writes) {
  test::replica_host host{random};
  host.put("s", R"({"a":1})", wall);
  host.settle(now, wall);
  auto digest = host.engine.digest();
  host.disk.fail_next = 1;
  auto peer = greet(host);
  auto foreign = make_item({"t", "a", 5, "1"});
  offer(host, peer, foreign);
  auto ticket = host.put("s", R"({"a":2})", wall);
  host.settle(now, wall);
  BOOST_TEST((host.failed == std::vector{ticket}));
  BOOST_TEST((host.engine.digest() == digest));
  host.check_disk();
  BOOST_TEST(host.machine.stats().transactions_failed == 1);
  // Both can be had again: by writing again, and by a later listing.
  host.put("s", R"({"a":2})", wall);
  offer(host, peer, foreign);
  host.settle(now, wall);
  BOOST_TEST(host.engine.node("s")->fields_json == R"({"a":2})");
  BOOST_TEST(host.engine.node("t")->fields_json == R"({"a":1})");
  host.check_disk();
}

BOOST_AUTO_TEST_CASE(local_writes_waiting_for_the_disk_are_bounded) {
  replica_limits limits;
  limits.write.max_pending_octets = 100;
  test::replica_host host{random, limits};
  host.put("s", R"({"a":1})", wall);
  auto busy = host.machine.poll_transaction(now, wall);
  std::size_t accepted = 0;
  for (int i = 0; i < 50; ++i)
    if (host.machine.submit(*host.engine.write("s", R"({"b":1})", wall)))
      ++accepted;
  BOOST_TEST(accepted > 0);
  BOOST_TEST(accepted < 10);
  BOOST_TEST(host.machine.stats().refused.too_many_writes == 50 - accepted);
  host.machine.transaction_done(now, host.disk.commit(*busy));
  host.settle(now, wall);
  BOOST_TEST(host.machine.submit(*host.engine.write("s", R"({"b":1})", wall)).has_value());
}

BOOST_AUTO_TEST_CASE(a_transaction_is_bounded_in_octets) {
  replica_limits limits;
  limits.write.max_transaction_octets = 100;
  test::replica_host host{random, limits};
  for (int i = 0; i < 20; ++i)
    host.put("s" + std::to_string(i), R"({"a":1})", wall);
  host.settle(now, wall);
  BOOST_TEST(host.disk.commits >= 4);
  BOOST_TEST(host.acknowledged.size() == 20);
}

BOOST_AUTO_TEST_CASE(credit_comes_back_when_items_are_on_disk) {
  test::replica_host host{random};
  auto peer = greet(host);
  host.settle(now, wall);
  auto before = host.credit[peer];
  BOOST_TEST(before == credit_of(sync::encode(sync::hello{1, {}}).size()));
  offer(host, peer, make_item({"s", "f", 5, "1"}));
  while (auto event = host.machine.poll_event())
    BOOST_TEST(!std::holds_alternative<octets_consumed>(*event));
  host.settle(now, wall);
  BOOST_TEST(
      host.credit[peer]
      == before + credit_of(sync::encode(sync::items{0, false, {make_item({"s", "f", 5, "1"})}}).size()));
}

BOOST_AUTO_TEST_CASE(items_known_already_need_no_transaction) {
  test::replica_host host{random};
  auto peer = greet(host);
  auto given = make_item({"s", "f", 5, "1"});
  offer(host, peer, given);
  host.settle(now, wall);
  offer(host, peer, given);
  host.settle(now, wall);
  BOOST_TEST(host.disk.commits == 1);
  BOOST_TEST(host.machine.stats().items.known == 1);
  BOOST_TEST(host.machine.idle() == false); // our hello was never polled
}

BOOST_AUTO_TEST_CASE(bad_input_is_counted_by_reason_and_leaves_everything_else_alone) {
  test::replica_host host{random};
  auto good = greet(host);
  auto digest = host.engine.digest();
  auto forged = make_item({"s", "f", 5, "1"});
  forged.key.id.octets[0] ^= std::byte{1};
  auto odd = make_item({"s", "f", 5, "1.0"});
  std::string long_text = "\"" + std::string(520 * 1024, 'x') + "\"";
  const bytes bad_messages[] = {
      to_bytes("garbage"),
      bytes(sync::max_message + 1),
      sync::encode(sync::items{0, false, {forged}}),
      sync::encode(sync::items{0, false, {odd}}),
      sync::encode(sync::items{0, false, {make_item({"s", "f", 5, long_text})}}),
      sync::encode(sync::items{4, false, {}}),
      sync::encode(sync::hello{1, {}}),
  };
  for (const auto& bad : bad_messages) {
    auto peer = greet(host);
    host.machine.handle_message(now, wall, peer, bad);
    host.settle(now, wall);
    BOOST_TEST(host.refusals.contains(peer));
    host.machine.handle_message(now, wall, peer, bad); // out already: ignored
  }
  auto refused = host.machine.stats().refused;
  BOOST_TEST(refused.malformed_message == 1);
  BOOST_TEST(refused.oversized_message == 1);
  BOOST_TEST(refused.wrong_id == 1);
  BOOST_TEST(refused.malformed_item == 1);
  BOOST_TEST(refused.oversized_item == 1);
  BOOST_TEST(refused.unasked_answer == 1);
  BOOST_TEST(refused.unexpected_hello == 1);
  BOOST_TEST((host.engine.digest() == digest));
  BOOST_TEST(host.disk.commits == 0);
  BOOST_TEST(host.machine.peers() == 1);
  offer(host, good, make_item({"s", "f", 5, "1"}));
  host.settle(now, wall);
  BOOST_TEST(host.engine.count() == 1);
  auto names = by_name(host.machine.stats());
  BOOST_TEST(names.at("sync.refused.wrong_id") == 1);
  BOOST_TEST(!names.contains("sync.refused.no_answer"));
}

BOOST_AUTO_TEST_CASE(a_far_future_item_is_refused_alone) {
  test::replica_host host{random};
  auto peer = greet(host);
  std::vector<item> batch{make_item({"s", "f", 1'800'086'400'000, "1"}), make_item({"s", "g", 5, "1"})};
  host.machine.handle_message(now, wall, peer, sync::encode(sync::items{0, false, batch}));
  host.settle(now, wall);
  BOOST_TEST(host.machine.stats().refused.far_future == 1);
  BOOST_TEST(host.engine.count() == 1);
  BOOST_TEST(!host.refusals.contains(peer));
}

BOOST_AUTO_TEST_CASE(a_deferred_item_is_applied_when_its_time_has_come) {
  test::replica_host host{random};
  auto peer = greet(host);
  offer(host, peer, make_item({"s", "f", 1'800'000'000'150, "1"}));
  host.settle(now, wall);
  BOOST_TEST(host.engine.count() == 0);
  BOOST_TEST((host.machine.poll_timeout() == now + 150ms));
  host.machine.handle_timeout(now + 149ms, {wall.milliseconds + 149});
  host.settle(now, wall);
  BOOST_TEST(host.engine.count() == 0);
  host.machine.handle_timeout(now + 150ms, {wall.milliseconds + 150});
  host.settle(now + 150ms, {wall.milliseconds + 150});
  BOOST_TEST(host.engine.count() == 1);
  host.check_disk();
}

BOOST_AUTO_TEST_CASE(peers_are_bounded) {
  replica_limits limits;
  limits.max_peers = 2;
  test::replica_host host{random, limits};
  auto first = host.machine.peer_joined(now);
  BOOST_TEST(host.machine.peer_joined(now).has_value());
  BOOST_TEST(!host.machine.peer_joined(now).has_value());
  BOOST_TEST(host.machine.stats().refused.too_many_peers == 1);
  host.machine.peer_left(*first);
  BOOST_TEST(host.machine.peer_joined(now).has_value());
}

BOOST_AUTO_TEST_CASE(a_peer_that_leaves_while_its_items_go_to_disk_does_no_harm) {
  test::replica_host host{random};
  auto peer = greet(host);
  offer(host, peer, make_item({"s", "f", 5, "1"}));
  auto changes = host.machine.poll_transaction(now, wall);
  host.machine.peer_left(peer);
  host.machine.transaction_done(now, host.disk.commit(*changes));
  host.settle(now, wall);
  BOOST_TEST(host.engine.count() == 1);
  host.check_disk();
}

BOOST_AUTO_TEST_SUITE_END()
