#include "actors/config.hpp"
#include "actors/hand_off.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <string>

using namespace warren;

// Actors on real threads: what these tests wait for comes, or the test program runs into its time limit.

namespace {

/// Counts down with every message and passes it on.
caf::behavior passing(caf::event_based_actor* self, std::atomic<int>* left, std::promise<void>* done) {
  return {[=](caf::actor next) {
    if (--*left == 0)
      done->set_value();
    else if (*left > 0)
      self->send(next, caf::actor{self});
  }};
}

/// Does it with the first message, and ends.
caf::behavior once(caf::event_based_actor* self, std::function<void(caf::event_based_actor*)> what) {
  return {[=](int) {
    what(self);
    self->quit();
  }};
}

struct hand_off_fixture {
  hand_off_fixture() { settings.set("scheduler.max-threads", std::size_t{2}); }

  /// Two actors pass so many messages to each other.
  void pass(int count) {
    std::atomic<int> left{count};
    std::promise<void> done;
    caf::actor_system system{settings}; // ends first: what its actors use outlives them
    auto first = system.spawn(passing, &left, &done);
    auto second = system.spawn(passing, &left, &done);
    caf::anon_send(first, second);
    done.get_future().get();
    caf::anon_send_exit(first, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(second, caf::exit_reason::user_shutdown);
  }

  config settings;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(hand_off, hand_off_fixture)

BOOST_AUTO_TEST_CASE(two_actors_that_talk_to_each_other_get_on) {
  pass(100'000);
}

BOOST_AUTO_TEST_CASE(whom_an_actor_wakes_runs_before_those_that_wait_in_the_queue) {
  settings.set("scheduler.max-threads", std::size_t{1});
  std::string order;
  std::promise<void> done;
  caf::actor_system system{settings};
  auto woken = system.spawn(once, [&](auto) { order += "woken "; });
  auto queued = system.spawn(once, [&](auto) {
    order += "queued ";
    done.set_value();
  });
  auto waker = system.spawn(once, [&](caf::event_based_actor* self) {
    caf::anon_send(queued, 1);
    self->send(woken, 1);
  });
  caf::anon_send(waker, 1);
  done.get_future().get();
  BOOST_TEST(order == "woken queued ");
}

BOOST_AUTO_TEST_CASE(whoever_waits_behind_a_worker_that_is_stuck_is_run_by_another_also_when_that_is_busy) {
  for (auto busy : {false, true}) {
    std::atomic<int> left{std::numeric_limits<int>::max()};
    std::promise<void> never;
    std::promise<void> ran;
    std::promise<void> done;
    caf::actor_system system{settings};
    auto talker = system.spawn(passing, &left, &never);
    if (busy)
      caf::anon_send(talker, talker); // without end, to itself
    auto woken = system.spawn(once, [&](auto) { ran.set_value(); });
    auto stuck = system.spawn(once, [&](caf::event_based_actor* self) {
      self->send(woken, 1);
      ran.get_future().get(); // its own worker cannot run it
      done.set_value();
    });
    caf::anon_send(stuck, 1);
    done.get_future().get();
    left = 0;
    caf::anon_send_exit(talker, caf::exit_reason::kill);
  }
}

BOOST_AUTO_TEST_CASE(those_in_the_queue_get_their_turn_beside_two_that_never_stop_talking) {
  settings.set("scheduler.max-threads", std::size_t{1});
  std::atomic<int> left{std::numeric_limits<int>::max()};
  std::promise<void> never;
  std::promise<void> ran;
  caf::actor_system system{settings};
  auto first = system.spawn(passing, &left, &never);
  auto second = system.spawn(passing, &left, &never);
  caf::anon_send(first, second);
  caf::anon_send(system.spawn(once, [&](auto) { ran.set_value(); }), 1);
  ran.get_future().get();
  caf::anon_send_exit(first, caf::exit_reason::kill);
  caf::anon_send_exit(second, caf::exit_reason::kill);
}

BOOST_AUTO_TEST_CASE(cafs_own_policies_can_be_had_instead) {
  for (auto policy : {caf::atom("sharing"), caf::atom("stealing")}) {
    settings.set("scheduler.policy", policy);
    pass(1'000);
  }
}

BOOST_AUTO_TEST_SUITE_END()
