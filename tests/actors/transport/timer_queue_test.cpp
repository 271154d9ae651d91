#include "actors/timer_thread.hpp"
#include "tests/support/actor_fixture.hpp"

#include <thread>

using namespace warren;
using namespace warren::test;
using namespace std::chrono_literals;

namespace {

struct queue_fixture : actor_fixture {
  std::vector<caf::actor> due_at(time_point at) {
    std::vector<caf::actor> result;
    queue->take_due(at, result);
    return result;
  }

  time_point now = time_point{} + 1h;
  std::shared_ptr<timer_queue> queue = std::make_shared<timer_queue>();
  caf::actor one_actor = record<deadline_reached>().handle;
  caf::actor other_actor = record<deadline_reached>().handle;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(timer_queue_test, queue_fixture)

BOOST_AUTO_TEST_CASE(each_is_due_once_at_its_time) {
  timer_queue::alarm one{queue, one_actor.address()};
  timer_queue::alarm other{queue, other_actor.address()};
  BOOST_TEST((queue->next() == time_point::max()));
  one.set(now, now + 20ms);
  other.set(now, now + 10ms);
  BOOST_TEST((queue->next() == now + 10ms));
  BOOST_TEST(due_at(now + 9ms).empty());
  BOOST_TEST((due_at(now + 10ms) == std::vector{other_actor}));
  BOOST_TEST((due_at(now + 30ms) == std::vector{one_actor}));
  BOOST_TEST(due_at(now + 1h).empty());
}

BOOST_AUTO_TEST_CASE(a_deadline_may_be_put_off_brought_forward_and_taken_back) {
  timer_queue::alarm one{queue, one_actor.address()};
  one.set(now, now + 10ms);
  one.set(now, now + 5s);
  BOOST_TEST(due_at(now + 10ms).empty());
  BOOST_TEST((queue->next() == now + 5s));
  one.set(now, now + 1s);
  BOOST_TEST((queue->next() == now + 1s));
  BOOST_TEST((due_at(now + 1s) == std::vector{one_actor}));
  one.set(now, now + 2s);
  one.set(now, time_point::max());
  BOOST_TEST(due_at(now + 2s).empty());
  BOOST_TEST((queue->next() == time_point::max()));
}

BOOST_AUTO_TEST_CASE(who_is_always_late_is_woken_once_a_millisecond_and_not_put_off_for_ever) {
  timer_queue::alarm one{queue, one_actor.address()};
  for (auto step = 0us; step <= 1ms; step += 100us)
    one.set(now + step, now);
  BOOST_TEST(due_at(now + 999us).empty());
  BOOST_TEST((due_at(now + 1ms) == std::vector{one_actor}));
}

BOOST_AUTO_TEST_CASE(a_wake_up_is_late_by_less_than_a_tick_and_never_early) {
  timer_queue::alarm one{queue, one_actor.address()};
  one.set(now, now + 10ms + 1ns);
  BOOST_TEST((queue->next() == now + 11ms));
  BOOST_TEST(due_at(now + 11ms - 1ns).empty());
  BOOST_TEST((due_at(now + 11ms) == std::vector{one_actor}));
}

BOOST_AUTO_TEST_CASE(the_last_tick_of_time_is_a_deadline_and_what_comes_after_it_is_never) {
  timer_queue::alarm one{queue, one_actor.address()};
  one.set(now, time_point::max() - 1ns);
  BOOST_TEST((queue->next() == time_point::max()));
  one.set(now, time_point::max() - 1ms);
  BOOST_TEST((queue->next() < time_point::max()));
  BOOST_TEST((due_at(queue->next()) == std::vector{one_actor}));
}

BOOST_AUTO_TEST_CASE(an_alarm_takes_no_more_than_a_cache_line_of_its_connection) {
  BOOST_TEST(sizeof(timer_queue::alarm) <= 64u);
}

BOOST_AUTO_TEST_CASE(no_wake_up_is_lost_while_its_owner_sets_it_and_another_thread_looks_who_is_due) {
  std::atomic<time_point> clock{now};
  std::atomic<time_point> last_woken{now};
  std::atomic<std::uint64_t> looks{0};
  timer_queue::alarm one{queue, one_actor.address()};
  std::jthread looking{[&](const std::stop_token& stop) {
    for (; !stop.stop_requested(); ++looks)
      if (auto at = clock.load(); !due_at(at).empty())
        last_woken = at;
  }};
  for (auto round = 0; round < 2000; ++round) {
    auto time = clock.load();
    one.set(time, time + 100ms);
    one.set(time, time + 1ms * (round % 7));
    clock = time + 1ms * (round % 5);
    one.set(time, time + 1ms * (round % 3) + 20ms);
    one.set(time, time + 10ms);
    clock = time + 10ms;
    auto patience = 100'000'000; // so that a thread that is stuck fails and does not hang
    for (auto before = looks.load(); looks < before + 2 && patience > 0; --patience)
      std::this_thread::yield();
    BOOST_REQUIRE(patience > 0);
    BOOST_REQUIRE((last_woken.load() == time + 10ms));
  }
}

BOOST_AUTO_TEST_CASE(an_alarm_that_is_gone_wakes_nobody) {
  {
    timer_queue::alarm one{queue, one_actor.address()};
    one.set(now, now + 10ms);
  }
  BOOST_TEST((queue->next() == time_point::max()));
  BOOST_TEST(due_at(now + 1h).empty());
}

struct no_fixture {};

BOOST_FIXTURE_TEST_CASE(a_timer_thread_wakes_actors_by_the_real_clock, no_fixture) {
  caf::actor_system_config settings;
  settings.add_message_types<caf::id_block::warren>();
  caf::actor_system system{settings};
  timer_thread timers;
  caf::scoped_actor self{system};
  timer_queue::alarm one{timers.queue(), self->address()};
  auto start = time_point::clock::now();
  one.set(start, start + 1h);
  one.set(start, start + 1ms);
  self->receive([](deadline_reached) {});
  BOOST_TEST((time_point::clock::now() >= start + 1ms));
}

BOOST_AUTO_TEST_SUITE_END()
