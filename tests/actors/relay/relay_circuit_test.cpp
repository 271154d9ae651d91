#include "tests/actors/relay/relay_world.hpp"

namespace warren::test {

namespace {

const auto here = topic::of("relay-circuits");

struct two_peers : relay_world {
  std::pair<relay_peer, relay_peer> peers = add_pair(here);
  relay_peer& a = peers.first;
  relay_peer& b = peers.second;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(relay_circuit_tests, two_peers)

BOOST_AUTO_TEST_CASE(octets_travel_both_ways_in_order) {
  auto [x, y] = open(a, b);
  auto out = pattern(1'000'000, 1);
  auto back = pattern(1'500'000, 2);
  x.send(out);
  y.send(back);
  settle();
  BOOST_TEST((y->received == out));
  BOOST_TEST((x->received == back));
  BOOST_TEST(x->closed.empty());
  BOOST_TEST(y->closed.empty());
}

BOOST_AUTO_TEST_CASE(circuits_can_be_opened_from_both_sides_and_do_not_mix) {
  auto [x1, y1] = open(a, b);
  auto [x2, y2] = open(b, a);
  x1.send(pattern(300'000, 1));
  x2.send(pattern(300'000, 2));
  y1.send(pattern(300'000, 3));
  y2.send(pattern(300'000, 4));
  settle();
  BOOST_TEST((y1->received == pattern(300'000, 1)));
  BOOST_TEST((y2->received == pattern(300'000, 2)));
  BOOST_TEST((x1->received == pattern(300'000, 3)));
  BOOST_TEST((x2->received == pattern(300'000, 4)));
}

BOOST_AUTO_TEST_CASE(a_circuit_to_nobody_is_refused_with_a_reason) {
  auto user = add_user();
  act::anon_mail(open_circuit{identity(9).id(), user.handle}).send(a.link);
  settle();
  BOOST_TEST(user->opened == 0);
  BOOST_REQUIRE(user->closed.size() == 1);
  BOOST_TEST(!user->closed[0].empty());
}

BOOST_AUTO_TEST_CASE(what_comes_before_an_offer_is_accepted_is_kept) {
  auto x = add_user();
  act::anon_mail(open_circuit{b.id, x.handle}).send(a.link);
  x.send(pattern(1'000'000));
  settle();
  auto offers = b.told.take<circuit_offered>();
  BOOST_REQUIRE(offers.size() == 1);
  BOOST_TEST(x->to_send.size() > 0); // held back by the circuit's window
  auto y = add_user();
  act::anon_mail(accept_circuit{offers[0].circuit, y.handle}).send(b.link);
  settle();
  BOOST_TEST((y->received == pattern(1'000'000)));
}

BOOST_AUTO_TEST_CASE(an_offer_that_was_taken_back_is_answered_to_who_accepts_it) {
  auto x = add_user();
  act::anon_mail(open_circuit{b.id, x.handle}).send(a.link);
  settle();
  kill(x.handle);
  settle();
  auto y = add_user();
  act::anon_mail(accept_circuit{b.told.take<circuit_offered>().at(0).circuit, y.handle}).send(b.link);
  settle();
  BOOST_TEST(y->opened == 0);
  BOOST_TEST(y->closed.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_refused_offer_closes_the_circuit_of_the_dialler) {
  auto x = add_user();
  act::anon_mail(open_circuit{b.id, x.handle}).send(a.link);
  settle();
  auto offer = b.told.take<circuit_offered>().at(0);
  act::anon_mail(circuit_closed{offer.circuit, "not wanted"}).send(b.link);
  settle();
  BOOST_TEST(x->closed.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_slow_owner_holds_its_peer_back) {
  auto [x, y] = open(a, b);
  y->slow = true;
  x.send(pattern(4'000'000));
  settle();
  BOOST_TEST(y->unanswered <= relay::initial_window);
  auto under_way = 4'000'000 - x->to_send.size() - y->received.size();
  BOOST_TEST(under_way <= 256u * 1024 * 2); // the link's window and the machine's queue
  auto other = open(a, b);
  other.first.send(pattern(500'000, 7)); // others go on
  settle();
  BOOST_TEST((other.second->received == pattern(500'000, 7)));
  y.answer();
  pass(1s); // together more than the relay's burst: the last of it comes at the relay's rate
  BOOST_TEST((y->received == pattern(4'000'000)));
}

BOOST_AUTO_TEST_CASE(a_stalled_network_holds_the_owner_back) {
  auto [x, y] = open(a, b);
  wires.stall();
  x.send(pattern(4'000'000));
  settle();
  BOOST_TEST(4'000'000 - x->to_send.size() <= 256u * 1024 * 2);
  wires.resume();
  settle();
  BOOST_TEST((y->received == pattern(4'000'000)));
}

BOOST_AUTO_TEST_CASE(an_owner_that_exceeds_its_credit_loses_the_circuit) {
  auto [x, y] = open(a, b);
  y->slow = true;
  x->credit = 100'000'000;
  x.send(pattern(2'000'000));
  settle();
  BOOST_REQUIRE(x->closed.size() == 1);
  BOOST_TEST(x->closed[0].find("credit") != std::string::npos);
  BOOST_TEST(y->closed.size() == 1);
}

BOOST_AUTO_TEST_CASE(closing_delivers_what_was_sent_before) {
  auto [x, y] = open(a, b);
  y->slow = true;
  x.send(pattern(700'000));
  settle();
  x.send({});
  auto given = 700'000 - x->to_send.size();
  act::anon_mail(circuit_closed{x->circuit, "done"}).send(a.link);
  settle();
  BOOST_TEST(y->closed.empty());
  y.answer();
  settle();
  BOOST_TEST((y->received == pattern(700'000)) == (given == 700'000));
  BOOST_TEST(y->received.size() == given);
  BOOST_TEST(y->closed.size() == 1);
  BOOST_TEST(x->closed.empty());
}

BOOST_AUTO_TEST_CASE(a_closed_circuit_does_not_linger_for_ever) {
  auto [x, y] = open(a, b);
  y->slow = true;
  x.send(pattern(4'000'000));
  settle();
  act::anon_mail(circuit_closed{x->circuit, "done"}).send(a.link);
  pass(11s);
  y.answer();
  settle();
  BOOST_TEST(y->closed.size() == 1);
  BOOST_TEST(y->received.size() < 1'000'000u);
}

BOOST_AUTO_TEST_CASE(a_dead_owner_closes_its_circuits_at_both_ends) {
  auto [x1, y1] = open(a, b);
  auto [x2, y2] = open(b, a);
  kill(x1.handle);
  settle();
  BOOST_TEST(y1->closed.size() == 1);
  BOOST_TEST(y2->closed.empty());
  x2.send(pattern(1'000));
  settle();
  BOOST_TEST((y2->received == pattern(1'000)));
}

BOOST_AUTO_TEST_CASE(an_owner_of_several_circuits_is_watched_until_the_last_has_ended) {
  auto x = add_user();
  act::anon_mail(open_circuit{b.id, x.handle}).send(a.link);
  act::anon_mail(open_circuit{b.id, x.handle}).send(a.link);
  settle();
  auto offers = b.told.take<circuit_offered>();
  BOOST_REQUIRE(offers.size() == 2);
  auto y1 = add_user();
  auto y2 = add_user();
  act::anon_mail(accept_circuit{offers[0].circuit, y1.handle}).send(b.link);
  act::anon_mail(accept_circuit{offers[1].circuit, y2.handle}).send(b.link);
  settle();
  act::anon_mail(circuit_closed{x->circuit, {}}).send(a.link);
  settle();
  BOOST_TEST(y1->closed.size() + y2->closed.size() == 1);
  kill(x.handle);
  settle();
  BOOST_TEST(y1->closed.size() == 1);
  BOOST_TEST(y2->closed.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_lost_network_closes_every_circuit_and_new_ones_work_after_it) {
  auto [x, y] = open(a, b);
  x.send(pattern(100'000));
  settle();
  a.states();
  wires.cut();
  settle();
  BOOST_TEST(x->closed.size() == 1);
  BOOST_TEST(y->closed.size() == 1);
  BOOST_TEST(a.states().starts_with("backoff"));
  pass(5s);
  auto again = open(a, b);
  again.first.send(pattern(50'000));
  settle();
  BOOST_TEST((again.second->received == pattern(50'000)));
}

BOOST_AUTO_TEST_CASE(a_peer_that_leaves_the_relay_takes_its_circuits_along) {
  auto [x, y] = open(a, b);
  act::anon_mail(shut_down{}).send(b.link);
  settle();
  BOOST_TEST(x->closed.size() == 1);
  BOOST_TEST(y->closed.size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

/// Killing a link actor after any number of steps leaves each owner with the truth: whoever was told of an open circuit is
/// told of its end, once.
BOOST_AUTO_TEST_CASE(owners_hear_the_end_of_their_circuits_whenever_the_link_is_killed) {
  for (auto when = std::size_t{0};; ++when) {
    struct killing_world : two_peers {
      using relay_world::after_each_step;
    } world;
    auto steps = std::size_t{0};
    auto killed = false;
    auto victim = world.a.link;
    world.after_each_step = [&] {
      if (steps++ == when) {
        caf::anon_send_exit(victim, caf::exit_reason::kill);
        killed = true;
      }
    };
    auto x = world.add_user();
    act::anon_mail(open_circuit{world.b.id, x.handle}).send(victim);
    world.settle();
    auto y = world.add_user();
    for (const auto& offer : world.b.told.take<circuit_offered>())
      act::anon_mail(accept_circuit{offer.circuit, y.handle}).send(world.b.link);
    world.settle();
    x.send(pattern(600'000));
    y.send(pattern(600'000));
    world.settle();
    if (!killed) {
      BOOST_TEST(when > 10);
      BOOST_TEST_MESSAGE("killed at each of " << when << " steps");
      break;
    }
    for (const auto& user : {x, y}) {
      BOOST_TEST(user->opened <= 1);
      BOOST_TEST(user->closed.size() <= 1);
      BOOST_TEST(user->closed.size() >= user->opened);
    }
  }
}

} // namespace warren::test
