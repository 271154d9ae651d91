#include "tests/sim/session/pair.hpp"

using namespace warren;
using namespace warren::session;
using test::pair;

BOOST_AUTO_TEST_SUITE(session_liveness)

BOOST_AUTO_TEST_CASE(an_idle_session_stays_and_pings_now_and_then) {
  pair p;
  p.start();
  p.settle();
  p.run_for(std::chrono::minutes{10});
  for (auto& end : p.ends) {
    BOOST_TEST(!end.end);
    BOOST_TEST(!end.has<pipe_dead>());
    BOOST_TEST(end.session->counters().records_out < 60);
  }
  BOOST_TEST(p.ends[0].session->counters().records_out + p.ends[1].session->counters().records_out > 60);
  BOOST_TEST((p.ends[0].session->rtt() || p.ends[1].session->rtt()));
}

BOOST_AUTO_TEST_CASE(a_pipe_that_swallows_everything_is_given_up) {
  pair p;
  p.start();
  p.settle();
  p.run_for(std::chrono::seconds{1});
  p.tamper = [](std::size_t, bytes& data) { data.clear(); };
  // Idle: 4 to 5 s until the ping, 15 s more until the verdict.
  p.run_for(std::chrono::seconds{17});
  BOOST_TEST(!p.ends[0].has<pipe_dead>());
  BOOST_TEST(!p.ends[1].has<pipe_dead>());
  p.run_for(std::chrono::seconds{8});
  BOOST_TEST((p.ends[0].has<pipe_dead>() || p.ends[1].has<pipe_dead>()));
  for (auto& end : p.ends) {
    BOOST_TEST(end.has<pipe_needed>());
    BOOST_TEST(!end.session->active_pipe());
  }
  p.run_for(std::chrono::seconds{60});
  for (auto& end : p.ends) {
    BOOST_REQUIRE(end.end);
    BOOST_TEST((end.end->why == errc::path_lost));
    BOOST_TEST(end.session->counters().path_lost == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passed_never_comes_back_while_the_pipe_takes_nothing) {
  pair p;
  p.start();
  p.settle();
  p.budget = 0;
  auto t = topic::of("db");
  BOOST_REQUIRE(!p.ends[0].session->join_topic(t));
  auto before = p.steps;
  p.run_for(std::chrono::seconds{60});
  BOOST_TEST(p.steps - before < 1000);
}

BOOST_AUTO_TEST_SUITE_END()
