#include "transports/swarm/peer_book.hpp"

#include "tests/support/seeded_random.hpp"

#include <functional>

using namespace warren;
using namespace warren::swarm;
using namespace std::chrono_literals;

namespace {

peer_id peer(int n) {
  peer_id result;
  result.octets[0] = static_cast<std::byte>(n);
  return result;
}

endpoint at(std::uint16_t port) {
  return {*ip_address::parse("192.0.2.1"), port};
}

const auto on = topic::of("a");

struct book_fixture {
  test::seeded_random random{7};
  time_point now = time_point{} + 1h;
  dial_policy policy;

  peer_book make(int self) { return peer_book{peer(self), policy, random}; }

  established_session session(std::uint64_t connection, int of, bool arbiter, std::uint64_t dial = 0) {
    return {connection, dial, peer(of), 1, arbiter, at(1)};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(peer_book_test, book_fixture)

BOOST_AUTO_TEST_CASE(a_found_address_is_dialled_once) {
  auto book = make(1);
  book.found(now, on, at(1));
  book.found(now, on, at(1));
  auto order = book.poll_dial(now);
  BOOST_REQUIRE(order.has_value());
  BOOST_TEST((std::get<endpoint>(order->target) == at(1)));
  BOOST_TEST(!book.poll_dial(now).has_value());
  BOOST_TEST(!book.poll_dial(now + 10min).has_value());
}

BOOST_AUTO_TEST_CASE(of_two_processes_with_one_identity_the_later_stays_and_the_earlier_is_told) {
  for (auto arbiter : {true, false}) {
    auto book = make(arbiter ? 1 : 3);
    auto connect = [&](std::uint64_t connection, std::uint64_t instance) {
      auto fresh = session(connection, 2, arbiter);
      fresh.instance = instance;
      auto decided = book.established(now, fresh);
      return arbiter ? decided : book.admitted(now, connection);
    };
    BOOST_TEST((connect(1, 100).verdict == verdict::admit));
    auto later = connect(2, 200);
    BOOST_TEST((later.verdict == verdict::admit));
    BOOST_TEST((later.replaced == std::vector<std::uint64_t>{1}));
    book.closed(now, 1, outcome::refused_duplicate);
    auto again = connect(3, 100);
    BOOST_TEST((again.verdict == verdict::refuse));
    BOOST_TEST(again.identity_conflict);
    BOOST_TEST(again.replaced.empty());
    book.closed(now, 3, outcome::refused_duplicate);
    // Once the later one is gone, the earlier may have the place.
    book.closed(now, 2, outcome::lost);
    BOOST_TEST((connect(4, 100).verdict == verdict::admit));
  }
}

BOOST_AUTO_TEST_CASE(a_failed_dial_is_repeated_after_a_growing_wait) {
  auto book = make(1);
  book.found(now, on, at(1));
  std::vector<duration> waits;
  for (int i = 0; i < 12; ++i) {
    auto order = book.poll_dial(now);
    BOOST_REQUIRE(order.has_value());
    book.dial_failed(now, order->dial, outcome::lost);
    BOOST_TEST(!book.poll_dial(now).has_value());
    auto due = book.poll_timeout();
    BOOST_REQUIRE(due.has_value());
    waits.push_back(*due - now);
    now = *due;
    book.found(now, on, at(1));
  }
  BOOST_TEST((waits.front() <= policy.first_backoff));
  BOOST_TEST((waits.back() >= policy.longest_backoff / 2));
  BOOST_TEST((waits.back() <= policy.longest_backoff));
}

BOOST_AUTO_TEST_CASE(dials_in_flight_are_bounded_and_the_rest_waits_its_turn) {
  policy.max_dials = 2;
  auto book = make(1);
  for (std::uint16_t port = 1; port <= 5; ++port)
    book.found(now, on, at(port));
  auto first = book.poll_dial(now);
  auto second = book.poll_dial(now);
  BOOST_REQUIRE((first && second));
  BOOST_TEST(!book.poll_dial(now).has_value());
  book.dial_failed(now, first->dial, outcome::lost);
  BOOST_TEST(book.poll_dial(now).has_value());
  BOOST_TEST(book.dials_in_flight() == 2u);
}

BOOST_AUTO_TEST_CASE(candidates_are_bounded_and_the_stalest_is_forgotten) {
  policy.max_candidates = 10;
  policy.max_dials = 0;
  auto book = make(1);
  for (std::uint16_t port = 1; port <= 30; ++port)
    book.found(now += 1s, on, at(port));
  auto known = book.candidates_on(on);
  BOOST_TEST(known.size() == 10u);
  BOOST_TEST((std::get<endpoint>(known.front()) == at(21)));
}

BOOST_AUTO_TEST_CASE(the_arbiter_admits_the_first_and_refuses_a_crossing_dial) {
  auto book = make(1);
  BOOST_TEST((book.established(now, session(10, 2, true)).verdict == verdict::admit));
  auto second = book.established(now + 1s, session(11, 2, true));
  BOOST_TEST((second.verdict == verdict::refuse));
  BOOST_TEST(second.replaced.empty());
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_being_closed_holds_no_place_and_keeps_no_other_out) {
  policy.max_peers = 1;
  auto book = make(1);
  (void)book.established(now, session(10, 2, true));
  BOOST_TEST(
      book.connections_to(peer(2)) == std::vector<std::uint64_t>{10}, boost::test_tools::per_element());
  book.ending(10);
  BOOST_TEST(book.connections_to(peer(2)).empty());
  auto next = book.established(now + 1ms, session(11, 2, true));
  BOOST_TEST((next.verdict == verdict::admit));
  BOOST_TEST(next.replaced.empty());
  book.closed(now + 2ms, 10, outcome::lost);
  BOOST_TEST(book.connections() == std::vector<std::uint64_t>{11}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_other_side_waits_for_the_arbiter) {
  auto book = make(2);
  BOOST_TEST((book.established(now, session(10, 1, false)).verdict == verdict::wait));
  BOOST_TEST(book.connections().empty());
  BOOST_TEST(book.admitted(now, 10).replaced.empty());
  BOOST_TEST(book.connections().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_restarted_peer_replaces_its_ghost) {
  auto book = make(1);
  (void)book.established(now, session(10, 2, true));
  auto restarted = session(11, 2, true);
  restarted.instance = 99;
  auto decision = book.established(now, restarted);
  BOOST_TEST((decision.verdict == verdict::admit));
  BOOST_TEST(decision.replaced == std::vector<std::uint64_t>{10}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_peer_that_dials_again_long_after_has_lost_its_side) {
  auto book = make(1);
  (void)book.established(now, session(10, 2, true));
  auto decision = book.established(now + policy.crossing_window, session(11, 2, true));
  BOOST_TEST((decision.verdict == verdict::admit));
  BOOST_TEST(decision.replaced.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_says_it_holds_the_connection_does_not_get_a_second_one) {
  auto book = make(1);
  (void)book.established(now, session(10, 2, true));
  auto second = session(11, 2, true);
  second.peer_holds_one = true;
  BOOST_TEST((book.established(now + 1h, second).verdict == verdict::refuse));
}

BOOST_AUTO_TEST_CASE(a_better_address_of_a_connected_peer_is_dialled_for_another_pipe_of_its_connection) {
  auto book = make(1);
  auto relayed = session(10, 2, true);
  relayed.remote = relayed_peer{"wss://r", peer(2)};
  (void)book.established(now, relayed);
  // Who lives at the address is known only after the first dial.
  book.found(now, on, at(1));
  auto first = book.poll_dial(now);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(first->connection == 0u);
  auto direct = session(11, 2, true, first->dial);
  BOOST_TEST((book.established(now, direct).verdict == verdict::refuse));
  book.closed(now, 11, outcome::refused_duplicate);
  auto upgrade = book.poll_dial(now);
  BOOST_REQUIRE(upgrade.has_value());
  BOOST_TEST(upgrade->connection == 10u);
  BOOST_TEST((std::get<endpoint>(upgrade->target) == at(1)));
  book.moved(now, 10, upgrade->dial, at(1));
  BOOST_TEST(book.dials_in_flight() == 0u);
  BOOST_TEST(!book.poll_dial(now + 1h).has_value());
}

BOOST_AUTO_TEST_CASE(
    a_connection_without_a_working_path_has_all_addresses_of_the_peer_dialled_until_one_works) {
  auto book = make(1);
  book.found(now, on, relayed_peer{"wss://r", peer(2)});
  (void)book.established(now, session(10, 2, true)); // from at(1)
  now += policy.relay_delay;
  BOOST_TEST(!book.poll_dial(now).has_value());
  book.want_path(now, 10);
  std::set<candidate> tried;
  std::uint64_t last = 0;
  while (auto order = book.poll_dial(now)) {
    BOOST_TEST(order->connection == 10u);
    tried.insert(order->target);
    last = order->dial;
    book.dial_failed(now, order->dial, outcome::lost);
  }
  BOOST_TEST((tried == std::set<candidate>{at(1), relayed_peer{"wss://r", peer(2)}}));
  BOOST_TEST((book.poll_timeout().value() - now <= path_policy{}.first_retry));
  now += path_policy{}.first_retry;
  auto again = book.poll_dial(now);
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST(again->dial > last);
  book.moved(now, 10, again->dial, again->target);
  BOOST_TEST((book.established(now, session(11, 2, true)).verdict == verdict::refuse));
}

BOOST_AUTO_TEST_CASE(a_connection_without_a_working_path_is_not_replaced_by_a_new_one_but_shown_its_way) {
  auto book = make(1);
  auto relayed = session(10, 2, true);
  relayed.remote = relayed_peer{"wss://r", peer(2)};
  (void)book.established(now, relayed);
  book.found(now, on, at(1));
  auto first = book.poll_dial(now); // nobody knows yet that it is the same peer
  BOOST_REQUIRE(first.has_value());
  book.want_path(now, 10);
  BOOST_TEST((book.established(now, session(11, 2, true, first->dial)).verdict == verdict::refuse));
  book.closed(now, 11, outcome::refused_duplicate);
  std::set<candidate> tried;
  while (auto order = book.poll_dial(now)) {
    BOOST_TEST(order->connection == 10u);
    tried.insert(order->target);
  }
  BOOST_TEST(tried.contains(candidate{at(1)}));
}

BOOST_AUTO_TEST_CASE(an_address_where_nobody_knows_the_connection_is_dialled_for_a_new_one) {
  auto book = make(1);
  book.found(now, on, at(1));
  auto order = book.poll_dial(now);
  (void)book.established(now, session(10, 2, true, order->dial));
  book.want_path(now, 10);
  auto pipe = book.poll_dial(now);
  BOOST_REQUIRE(pipe.has_value());
  BOOST_TEST(pipe->connection == 10u);
  book.dial_failed(now, pipe->dial, outcome::no_such_session);
  auto fresh = book.poll_dial(now);
  BOOST_REQUIRE(fresh.has_value());
  BOOST_TEST(fresh->connection == 0u);
}

BOOST_AUTO_TEST_CASE(beyond_the_peer_limit_nobody_is_dialled_and_the_arbiter_refuses) {
  policy.max_peers = 2;
  auto book = make(1);
  (void)book.established(now, session(10, 2, true));
  (void)book.established(now, session(11, 3, true));
  book.found(now, on, at(9));
  BOOST_TEST(!book.poll_dial(now).has_value());
  BOOST_TEST((book.established(now, session(12, 4, true)).verdict == verdict::refuse));
  book.closed(now, 10, outcome::lost);
  BOOST_TEST(book.poll_dial(now).has_value());
}

BOOST_AUTO_TEST_CASE(an_address_whose_owner_is_connected_is_not_dialled_until_the_connection_ends) {
  auto book = make(1);
  book.found(now, on, at(1));
  auto order = book.poll_dial(now);
  BOOST_REQUIRE(order.has_value());
  (void)book.established(now, session(10, 2, true, order->dial));
  book.found(now, on, at(1));
  BOOST_TEST(!book.poll_dial(now + 1h).has_value());
  book.closed(now, 10, outcome::lost);
  BOOST_TEST(!book.poll_dial(now).has_value());
  BOOST_TEST(book.poll_dial(now + 1min).has_value());
}

BOOST_AUTO_TEST_CASE(a_peer_that_hangs_up_again_and_again_is_dialled_ever_less_often) {
  auto book = make(1);
  book.found(now, on, at(1));
  duration wait{};
  for (std::uint64_t id = 10; id < 20; ++id) {
    auto order = book.poll_dial(now);
    BOOST_REQUIRE(order.has_value());
    (void)book.established(now, session(id, 2, true, order->dial));
    book.closed(now, id, outcome::lost);
    wait = book.poll_timeout().value() - now;
    now += wait;
    book.found(now, on, at(1));
  }
  BOOST_TEST((wait >= policy.longest_backoff / 2));
  auto order = book.poll_dial(now);
  (void)book.established(now, session(20, 2, true, order->dial));
  now += policy.stable_after;
  book.closed(now, 20, outcome::lost);
  BOOST_TEST((book.poll_timeout().value() - now <= policy.first_backoff));
}

BOOST_AUTO_TEST_CASE(an_address_that_dialled_us_is_not_dialled_back) {
  auto book = make(1);
  book.found(now, on, at(1));
  (void)book.established(now, session(10, 2, true)); // from at(1)
  BOOST_TEST(!book.poll_dial(now).has_value());
}

BOOST_AUTO_TEST_CASE(an_address_found_after_it_dialled_us_is_not_dialled_back_either) {
  auto book = make(1);
  (void)book.established(now, session(10, 2, true)); // from at(1)
  book.found(now, on, at(1));
  BOOST_TEST(!book.poll_dial(now + 1h).has_value());
}

BOOST_AUTO_TEST_CASE(the_peer_limit_also_holds_when_the_other_side_is_the_arbiter) {
  policy.max_peers = 1;
  auto book = make(9);
  (void)book.established(now, session(10, 1, false));
  (void)book.established(now, session(11, 2, false));
  BOOST_TEST((book.admitted(now, 10).verdict == verdict::admit));
  auto second = book.admitted(now, 11);
  BOOST_TEST((second.verdict == verdict::refuse));
  BOOST_TEST(second.at_limit);
}

BOOST_AUTO_TEST_CASE(a_relayed_peer_is_still_dialled_on_its_direct_address) {
  auto book = make(1);
  book.found(now, on, at(1));
  (void)book.established(now, session(10, 2, true)); // from at(1): its owner is known now
  book.closed(now, 10, outcome::lost);
  auto relayed = session(11, 2, true);
  relayed.remote = relayed_peer{"wss://r", peer(2)};
  (void)book.established(now, relayed);
  auto order = book.poll_dial(now + 1min);
  BOOST_REQUIRE(order.has_value());
  BOOST_TEST(order->connection == 11u);
}

BOOST_AUTO_TEST_CASE(the_candidate_that_has_waited_longest_is_dialled_first) {
  policy.max_dials = 1;
  auto book = make(1);
  book.found(now, on, relayed_peer{"wss://r", peer(2)});
  now += policy.relay_delay;
  for (std::uint16_t port = 1; port < 100; ++port)
    book.found(now + 1ms, on, at(port));
  auto first = book.poll_dial(now + 1s);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(std::holds_alternative<relayed_peer>(first->target));
}

BOOST_AUTO_TEST_CASE(only_the_lower_key_dials_through_a_relay_and_only_after_the_delay) {
  policy.relay_delay = 1s;
  auto low = make(1);
  auto high = make(3);
  low.found(now, on, relayed_peer{"wss://r", peer(2)});
  high.found(now, on, relayed_peer{"wss://r", peer(2)});
  BOOST_TEST(!low.poll_dial(now).has_value());
  BOOST_TEST(low.poll_dial(now + 1s).has_value());
  BOOST_TEST(!high.poll_dial(now + 1h).has_value());
}

BOOST_AUTO_TEST_CASE(we_never_dial_ourselves_twice) {
  auto book = make(1);
  book.found(now, on, relayed_peer{"wss://r", peer(1)});
  book.found(now, on, at(1));
  auto order = book.poll_dial(now);
  BOOST_REQUIRE(order.has_value());
  book.dial_failed(now, order->dial, outcome::was_self);
  book.found(now, on, at(1));
  BOOST_TEST(!book.poll_dial(now + 5min).has_value());
  BOOST_TEST(book.candidates_on(on).empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_refused_us_for_good_is_left_alone_for_the_ban) {
  auto book = make(1);
  book.found(now, on, at(1));
  book.dial_failed(now, book.poll_dial(now)->dial, outcome::refused_for_good);
  BOOST_TEST(!book.poll_dial(now + policy.ban - 1s).has_value());
  BOOST_TEST(book.poll_dial(now + policy.ban).has_value());
}

BOOST_AUTO_TEST_CASE(after_a_change_of_network_who_could_not_be_reached_is_dialled_at_once_and_a_ban_stands) {
  auto book = make(1);
  book.found(now, on, at(1));
  book.found(now, on, at(2));
  for (auto round = 0; round < 20; ++round) {
    while (auto order = book.poll_dial(now))
      book.dial_failed(
          now, order->dial, order->target == candidate{at(2)} ? outcome::refused_for_good : outcome::lost);
    now = *book.poll_timeout();
  }
  while (auto order = book.poll_dial(now))
    book.dial_failed(
        now, order->dial, order->target == candidate{at(2)} ? outcome::refused_for_good : outcome::lost);
  BOOST_TEST(!book.poll_dial(now).has_value());
  book.network_changed(now);
  auto order = book.poll_dial(now);
  BOOST_REQUIRE(order.has_value());
  BOOST_TEST((order->target == candidate{at(1)}));
  BOOST_TEST(!book.poll_dial(now).has_value());
}

BOOST_AUTO_TEST_CASE(after_a_change_of_network_a_path_dialled_before_counts_no_more) {
  auto book = make(1);
  book.found(now, on, at(1));
  auto first = book.poll_dial(now);
  BOOST_REQUIRE(first.has_value());
  static_cast<void>(book.established(now, session(7, 2, true, first->dial)));
  book.want_path(now, 7);
  auto before = book.poll_dial(now);
  BOOST_REQUIRE(before.has_value());
  BOOST_TEST(!book.poll_dial(now).has_value());
  book.network_changed(now);
  auto after = book.poll_dial(now);
  BOOST_REQUIRE(after.has_value());
  BOOST_TEST(after->connection == 7u);
  book.dial_failed(now, before->dial, outcome::lost);
  BOOST_TEST(book.dials_in_flight() == 1u);
  book.moved(now, 7, after->dial, at(1));
  BOOST_TEST(book.dials_in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(leaving_a_topic_stops_its_dials) {
  auto book = make(1);
  auto other = topic::of("b");
  book.found(now, on, at(1));
  book.found(now, on, at(2));
  book.found(now, other, at(2));
  book.left(on);
  auto order = book.poll_dial(now);
  BOOST_REQUIRE(order.has_value());
  BOOST_TEST((std::get<endpoint>(order->target) == at(2)));
  BOOST_TEST(!book.poll_dial(now).has_value());
}

// Two books that dial each other, with handshakes that end in every order: both sides must agree on one connection.
BOOST_AUTO_TEST_CASE(two_books_agree_on_one_connection_whatever_the_order_of_events) {
  test::seeded_random order{11};
  for (int round = 0; round < 2000; ++round) {
    auto low = make(1);
    auto high = make(2);
    std::set<std::uint64_t> closed;
    // Each of two sessions: low's handshake ends, and when low admits, high learns later.
    std::vector<std::function<void()>> pending;
    auto refuse = [&](std::uint64_t id) {
      closed.insert(id);
      pending.push_back([&, id] { low.closed(now, id, outcome::refused_duplicate); });
      pending.push_back([&, id] { high.closed(now, id, outcome::refused_duplicate); });
    };
    for (std::uint64_t id : {10u, 11u}) {
      pending.push_back([&, id] {
        (void)high.established(now, session(id, 1, false));
        auto decision = low.established(now, session(id, 2, true));
        for (auto old : decision.replaced)
          refuse(old);
        if (decision.verdict == verdict::refuse)
          refuse(id);
        else
          pending.push_back([&, id] {
            for (auto old : high.admitted(now, id).replaced)
              refuse(old);
          });
      });
    }
    for (int step = 0; !pending.empty(); ++step) {
      BOOST_REQUIRE(step < 100);
      auto i = order.below(pending.size());
      auto next = std::move(pending[i]);
      pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(i));
      next();
    }
    BOOST_REQUIRE(low.connections().size() == 1u);
    BOOST_REQUIRE(low.connections() == high.connections());
    BOOST_REQUIRE(closed.size() == 1u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
