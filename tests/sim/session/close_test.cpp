#include "tests/sim/session/pair.hpp"

using namespace warren;
using namespace warren::session;
using test::pair;

namespace {

struct talking : pair {
  topic subject;

  talking() {
    start();
    settle();
    subject = open_topic();
  }

  noise_session& at(std::size_t end) { return *ends[end].session; }

  void write(std::size_t end, std::size_t size) {
    BOOST_REQUIRE(!at(end).write(channel(end, subject), bytes(size)));
  }

  std::size_t received(std::size_t end) { return ends[end].messages[channel(end, subject)].size(); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_close)

BOOST_AUTO_TEST_CASE(both_sides_send_what_they_accepted_before_the_end) {
  talking t;
  t.write(0, 3u << 20);
  t.write(1, 5u << 20);
  t.at(0).close(t.now, errc::closed_normally);
  BOOST_TEST((t.at(0).write(t.channel(0, t.subject), bytes(1)) == errc::not_open));
  BOOST_TEST((t.at(0).join_topic(topic::of("x")) == errc::not_open));
  t.settle();
  BOOST_TEST(t.received(0) == 1);
  BOOST_TEST(t.received(1) == 1);
  for (auto& end : t.ends) {
    BOOST_REQUIRE(end.end);
    BOOST_TEST((end.end->why == errc::closed_normally));
  }
  BOOST_TEST(!t.ends[0].end->by_peer);
  BOOST_TEST(t.ends[1].end->by_peer);
  BOOST_TEST(!t.at(0).poll_timeout());
}

BOOST_AUTO_TEST_CASE(both_sides_may_close_at_once) {
  talking t;
  t.write(0, 100'000);
  t.write(1, 100'000);
  t.at(0).close(t.now, errc::shutting_down);
  t.at(1).close(t.now, errc::closed_normally);
  t.settle();
  BOOST_TEST(t.received(0) == 1);
  BOOST_TEST(t.received(1) == 1);
  BOOST_REQUIRE((t.ends[0].end && t.ends[1].end));
  BOOST_TEST((t.ends[0].end->why == errc::shutting_down));
  BOOST_TEST((t.ends[1].end->why == errc::closed_normally));
}

BOOST_AUTO_TEST_CASE(a_finish_is_seen_before_the_end) {
  talking t;
  t.write(0, 100);
  t.at(0).finish(t.channel(0, t.subject));
  t.at(0).close(t.now, errc::closed_normally);
  t.settle();
  BOOST_TEST(t.received(1) == 1);
  BOOST_TEST(t.ends[1].has<finished>());
}

BOOST_AUTO_TEST_CASE(a_consumer_that_takes_nothing_delays_the_end_only_so_long) {
  talking t;
  t.ends[1].consume_at_once = false;
  for (int i = 0; i < 3; ++i)
    t.write(0, 300'000);
  t.settle();
  for (int i = 0; i < 3; ++i)
    t.write(0, 300'000);
  t.at(0).close(t.now, errc::closed_normally);
  t.run_for(std::chrono::seconds{9});
  BOOST_TEST(!t.ends[0].end);
  t.run_for(std::chrono::seconds{12});
  BOOST_REQUIRE((t.ends[0].end && t.ends[1].end));
  BOOST_TEST((t.ends[1].end->why == errc::closed_normally));
  BOOST_TEST(t.ends[0].end->unconfirmed);
  BOOST_TEST(!t.ends[1].end->unconfirmed);
}

BOOST_AUTO_TEST_CASE(a_slow_consumer_delays_the_end_as_long_as_it_gets_on) {
  talking t;
  t.ends[1].consume_at_once = false;
  for (int i = 0; i < 10; ++i) {
    t.write(0, 190'000);
    t.settle();
  }
  t.at(0).close(t.now, errc::closed_normally);
  auto began = t.now;
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(t.received(1) < 10);
    t.run_for(std::chrono::seconds{3});
    t.at(1).consumed(t.channel(1, t.subject), credit_of(190'000));
    t.settle();
    if (t.received(1) == 10)
      break;
  }
  BOOST_TEST((t.now - began > t.bounds.drain_timeout));
  BOOST_TEST(t.received(1) == 10);
  BOOST_REQUIRE((t.ends[0].end && t.ends[1].end));
  BOOST_TEST(!t.ends[0].end->unconfirmed);
}

BOOST_AUTO_TEST_CASE(a_path_lost_with_messages_on_the_way_says_that_they_are_unconfirmed) {
  talking t;
  t.write(0, 100'000);
  t.cut(t.pipes[0]);
  t.run_for(std::chrono::seconds{61});
  BOOST_REQUIRE((t.ends[0].end && t.ends[1].end));
  BOOST_TEST(t.ends[0].end->unconfirmed);
  BOOST_TEST(!t.ends[1].end->unconfirmed);
}

BOOST_AUTO_TEST_CASE(abort_drops_what_is_unsent_and_tells_the_peer_why) {
  talking t;
  t.write(0, 3u << 20);
  t.at(0).abort(t.now, errc::shutting_down);
  t.settle();
  BOOST_REQUIRE((t.ends[0].end && t.ends[1].end));
  BOOST_TEST((t.ends[1].end->why == errc::shutting_down));
  BOOST_TEST(t.ends[1].end->by_peer);
  BOOST_TEST(t.received(1) == 0);
}

BOOST_AUTO_TEST_CASE(a_pipe_that_breaks_while_closing_ends_both_sides) {
  talking t;
  t.at(0).close(t.now, errc::closed_normally);
  t.cut(t.pipes[0]);
  t.settle();
  BOOST_TEST(t.ends[0].end.has_value());
  t.run_for(std::chrono::seconds{61});
  BOOST_REQUIRE(t.ends[1].end);
  BOOST_TEST((t.ends[1].end->why == errc::path_lost));
}

BOOST_AUTO_TEST_CASE(after_the_end_every_call_is_a_no_op) {
  talking t;
  t.connect(0); // so that one pipe stands by
  t.settle();
  t.at(0).abort(t.now, errc::closed_normally);
  t.settle();
  auto& s = t.at(0);
  s.attach_pipe(t.now, 99, role::initiator);
  s.release_pipe(t.pipes[0].id_at[0]);
  s.release_pipe(t.pipes[1].id_at[0]);
  s.pipe_lost(t.now, 1);
  s.handle_message(t.now, 1, bytes(100));
  s.handle_timeout(t.now + std::chrono::hours{1});
  s.admit();
  s.close(t.now, errc::duplicate);
  s.abort(t.now, errc::duplicate);
  s.leave_topic(t.subject);
  s.finish(1);
  s.consumed(1, 5);
  BOOST_TEST(!s.poll_event());
  BOOST_TEST(!s.poll_timeout());
  BOOST_TEST(!s.poll_transmit(t.now));
}

BOOST_AUTO_TEST_SUITE_END()
