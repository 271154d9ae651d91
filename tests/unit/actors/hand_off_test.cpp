#include "actors/config.hpp"
#include "actors/hand_off.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <thread>

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

struct hand_off_fixture {
  hand_off_fixture() { settings.set("scheduler.max-threads", std::size_t{2}); }

  /// Two actors pass so many messages to each other.
  void pass(int count) {
    caf::actor_system system{settings};
    std::atomic<int> left{count};
    std::promise<void> done;
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

BOOST_AUTO_TEST_CASE(whom_an_actor_wakes_runs_on_the_same_thread_when_that_is_done) {
  caf::actor_system system{settings};
  int same = 0;
  for (int i = 0; i < 100; ++i) {
    std::promise<std::thread::id> ran;
    std::promise<std::thread::id> waking;
    auto woken = system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      return {[&, self](int) {
        ran.set_value(std::this_thread::get_id());
        self->quit();
      }};
    });
    auto waker = system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      return {[&, self](int x) {
        self->send(woken, x);
        waking.set_value(std::this_thread::get_id());
        self->quit();
      }};
    });
    caf::anon_send(waker, 1);
    same += waking.get_future().get() == ran.get_future().get() ? 1 : 0;
  }
  // Not always: a worker whose thread the system does not run for long loses whom it has waiting.
  BOOST_TEST(same > 90);
}

BOOST_AUTO_TEST_CASE(whoever_waits_behind_a_worker_that_is_stuck_is_run_by_another) {
  caf::actor_system system{settings};
  std::promise<void> ran;
  auto woken = system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&ran, self](int) {
      ran.set_value();
      self->quit();
    }};
  });
  std::promise<void> done;
  auto stuck = system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](int x) {
      self->send(woken, x);
      ran.get_future().get(); // its own worker cannot run it
      done.set_value();
      self->quit();
    }};
  });
  caf::anon_send(stuck, 1);
  done.get_future().get();
}

BOOST_AUTO_TEST_CASE(those_in_the_queue_get_their_turn_beside_two_that_never_stop_talking) {
  settings.set("scheduler.max-threads", std::size_t{1});
  caf::actor_system system{settings};
  std::atomic<int> left{std::numeric_limits<int>::max()};
  std::promise<void> never;
  auto first = system.spawn(passing, &left, &never);
  auto second = system.spawn(passing, &left, &never);
  caf::anon_send(first, second);
  std::promise<void> ran;
  caf::anon_send(
      system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
        return {[&ran, self](int) {
          ran.set_value();
          self->quit();
        }};
      }),
      1);
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
