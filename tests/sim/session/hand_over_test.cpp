#include "tests/sim/session/talking.hpp"

using namespace warren;
using namespace warren::session;
using test::talking;

namespace {

/// A session that has moved from its first pipe to its second, and keeps the first as a standby.
struct with_standby : talking {
  explicit with_standby(std::uint64_t seed = 1) : talking{seed} {
    write(0, 100); // for a round-trip time
    settle();
    connect(0);
    settle();
  }

  bool carries(std::size_t pipe) {
    return ends[0].session->active_pipe() == pipes[pipe].id_at[0]
           && ends[1].session->active_pipe() == pipes[pipe].id_at[1];
  }

  template <class Event>
  bool told(std::size_t end, std::size_t pipe) {
    auto all = ends[end].all<Event>();
    return std::ranges::any_of(all, [&](const Event& e) { return e.pipe == pipes[pipe].id_at[end]; });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_hand_over)

BOOST_AUTO_TEST_CASE(the_pipe_left_for_a_new_one_stands_by_at_both_ends_even_when_idle) {
  with_standby t;
  BOOST_TEST(t.carries(1));
  for (std::size_t end : {0, 1}) {
    BOOST_TEST(t.told<pipe_standby>(end, 0));
    BOOST_TEST(!t.told<pipe_released>(end, 0));
  }
  t.run_for(std::chrono::minutes{5});
  BOOST_TEST(t.carries(1));
  BOOST_TEST(t.pipes[0].open);
}

BOOST_AUTO_TEST_CASE(only_one_pipe_stands_by) {
  with_standby t;
  t.connect(1);
  t.settle();
  BOOST_TEST(t.carries(2));
  BOOST_TEST(!t.pipes[0].open);
  for (std::size_t end : {0, 1})
    BOOST_TEST(t.told<pipe_standby>(end, 1));
}

BOOST_AUTO_TEST_CASE(when_the_pipe_in_use_falls_silent_the_standby_takes_over_within_a_second) {
  for (std::size_t writer : {0, 1}) {
    with_standby t;
    t.pipes[1].silent = true;
    t.write(writer, 200'000);
    t.run_for(t.bounds.suspect_at_least + std::chrono::milliseconds{100});
    t.check_everything_arrived_once();
    BOOST_TEST(t.carries(0));
    BOOST_TEST(t.ends[writer].session->counters().hand_overs == 1);
    BOOST_TEST(t.ends[1 - writer].session->counters().hand_overs == 0);
    // Silent while another one worked: it is let go of.
    BOOST_TEST(t.told<pipe_dead>(writer, 1));
    BOOST_TEST(!t.ends[writer].has<pipe_suspect>());
  }
}

BOOST_AUTO_TEST_CASE(an_idle_connection_notices_a_silent_pipe_by_its_ping) {
  with_standby t;
  t.pipes[1].silent = true;
  t.run_for(t.bounds.ping_after + 2 * t.bounds.suspect_at_least);
  BOOST_TEST(t.carries(0));
}

BOOST_AUTO_TEST_CASE(a_standby_takes_over_at_once_when_the_pipe_in_use_breaks) {
  for (std::size_t writer : {0, 1}) {
    with_standby t;
    t.write(writer, 50'000);
    t.transmit_from(writer);
    t.cut(t.pipes[1]);
    t.settle();
    t.check_everything_arrived_once();
    BOOST_TEST(t.carries(0));
    BOOST_TEST(!t.ends[0].has<pipe_needed>());
  }
}

BOOST_AUTO_TEST_CASE(one_end_alone_may_see_the_break) {
  with_standby t;
  t.pipes[1].silent = true;
  t.ends[0].session->pipe_lost(t.now, t.pipes[1].id_at[0]);
  t.write(1, 50'000);
  t.settle();
  t.check_everything_arrived_once();
  BOOST_TEST(t.carries(0));
}

BOOST_AUTO_TEST_CASE(without_a_standby_a_silent_pipe_asks_for_others_and_stays_in_use_until_one_comes) {
  talking t;
  t.write(0, 100);
  t.settle();
  t.pipes[0].silent = true;
  t.write(0, 50'000);
  t.run_for(t.bounds.suspect_at_least + std::chrono::milliseconds{100});
  BOOST_REQUIRE(t.ends[0].all<pipe_suspect>().size() == 1);
  BOOST_TEST((t.ends[0].session->active_pipe() == t.pipes[0].id_at[0]));
  t.connect(0);
  t.settle();
  t.check_everything_arrived_once();
  BOOST_TEST(!t.pipes[0].open);
  BOOST_TEST(t.ends[0].has<pipe_dead>());
  BOOST_TEST(!t.ends[0].has<pipe_needed>());
}

BOOST_AUTO_TEST_CASE(when_only_a_silent_pipe_is_left_others_are_asked_for_at_once) {
  with_standby t;
  t.pipes[0].silent = t.pipes[1].silent = true;
  t.write(0, 1000);
  t.run_for(std::chrono::milliseconds{1100});
  BOOST_REQUIRE((t.ends[0].session->active_pipe() == t.pipes[0].id_at[0]));
  BOOST_REQUIRE(!t.ends[0].has<pipe_suspect>());
  t.cut(t.pipes[0]);
  t.settle();
  BOOST_TEST((t.ends[0].session->active_pipe() == t.pipes[1].id_at[0]));
  BOOST_TEST(t.told<pipe_suspect>(0, 1));
  t.connect(0);
  t.settle();
  t.check_everything_arrived_once();
}

BOOST_AUTO_TEST_CASE(a_pipe_that_speaks_again_is_suspect_no_more_and_asks_anew_when_it_falls_silent_again) {
  talking t;
  t.write(0, 100);
  t.settle();
  for (std::size_t round : {1, 2}) {
    t.pipes[0].silent = true;
    t.write(0, 100);
    t.run_for(2 * t.bounds.suspect_at_least);
    BOOST_TEST(t.ends[0].all<pipe_suspect>().size() == round);
    t.pipes[0].silent = false;
    t.run_for(std::chrono::milliseconds{100});
    t.check_everything_arrived_once();
  }
  t.connect(0);
  t.settle();
  BOOST_TEST(t.ends[0].has<pipe_standby>());
}

BOOST_AUTO_TEST_CASE(both_ends_that_decide_at_once_agree) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    with_standby t{seed};
    t.piece = 1 + static_cast<std::size_t>(t.random.below(2000));
    t.pipes[1].silent = true;
    t.write(0, 3000);
    t.write(1, 3000);
    t.run_for(2 * t.bounds.suspect_at_least);
    t.check_everything_arrived_once();
    BOOST_TEST(t.carries(0));
  }
}

BOOST_AUTO_TEST_CASE(a_standby_that_its_owner_releases_is_gone_and_the_pipe_in_use_cannot_be_released) {
  with_standby t;
  auto& s = *t.ends[0].session;
  s.release_pipe(t.pipes[1].id_at[0]);
  s.release_pipe(t.pipes[0].id_at[0]);
  t.settle();
  BOOST_TEST(t.told<pipe_released>(0, 0));
  BOOST_TEST(!t.told<pipe_released>(0, 1));
  BOOST_TEST(t.carries(1));
  t.write(0, 100);
  t.settle();
  t.check_everything_arrived_once();
}

BOOST_AUTO_TEST_CASE(whatever_pipes_break_fall_silent_and_come_back_everything_arrives_once) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    talking t{seed, limits{.rekey_after_records = 5}};
    t.piece = 1 + static_cast<std::size_t>(t.random.below(900));
    t.budget = 100 + static_cast<std::size_t>(t.random.below(3000));
    for (int step = 0; step < 80; ++step) {
      auto end = static_cast<std::size_t>(t.random.below(2));
      auto& some = t.pipes[static_cast<std::size_t>(t.random.below(t.pipes.size()))];
      switch (t.random.below(14)) {
        case 0:
        case 1:
          t.write(end, static_cast<std::size_t>(t.random.below(3000)));
          break;
        case 2:
          if (t.pipes.size() < 16)
            t.connect(end);
          break;
        case 3:
          some.silent = t.random.below(3) != 0;
          break;
        case 4:
          if (t.random.below(3) == 0)
            t.cut(some);
          break;
        case 5:
          t.run_for(std::chrono::milliseconds{t.random.below(1500)});
          break;
        default:
          t.transmit_from(end);
          t.deliver_to(1 - end);
          t.tend_pipes();
      }
    }
    for (auto& p : t.pipes)
      p.silent = false;
    t.connect(static_cast<std::size_t>(seed % 2));
    t.run_for(std::chrono::seconds{8});
    BOOST_TEST_CONTEXT("seed " << seed) t.check_everything_arrived_once();
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE(t.at(end).counters().rekeys_out > 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
