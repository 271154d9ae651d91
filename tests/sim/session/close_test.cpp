#include "tests/sim/session/talking.hpp"

using namespace warren;
using namespace warren::session;
using test::talking;

namespace {

/// Checks that both ends have ended in order, and know that everything was delivered.
void check_closed_in_order(const talking& t) {
  for (const auto& end : t.ends) {
    BOOST_REQUIRE(end.end);
    BOOST_REQUIRE((end.end->why == errc::closed_normally));
    BOOST_REQUIRE(!end.end->unconfirmed);
  }
}

/// Both sides tell the same reason.
void check_both_ended(const talking& t, errc why) {
  for (const auto& end : t.ends) {
    BOOST_REQUIRE(end.end);
    BOOST_TEST((end.end->why == why));
  }
}

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
  for (const auto& end : t.ends)
    BOOST_TEST((end.end->why == errc::cut_short));
  BOOST_TEST(t.ends[0].end->unconfirmed);
  BOOST_TEST(!t.ends[1].end->unconfirmed);
}

BOOST_AUTO_TEST_CASE(both_sides_tell_when_the_one_who_did_not_ask_for_the_end_drops_something) {
  talking t;
  t.ends[0].consume_at_once = false;
  for (int i = 0; i < 6; ++i) {
    t.write(1, 300'000);
    t.settle();
  }
  t.at(0).close(t.now, errc::closed_normally);
  t.run_for(2 * t.bounds.drain_timeout);
  BOOST_REQUIRE((t.ends[0].end && t.ends[1].end));
  BOOST_TEST(t.received(0) < 6);
  for (const auto& end : t.ends)
    BOOST_TEST((end.end->why == errc::cut_short));
  BOOST_TEST(!t.ends[0].end->by_peer);
  BOOST_TEST(!t.ends[0].end->unconfirmed);
  BOOST_TEST(t.ends[1].end->unconfirmed);
}

BOOST_AUTO_TEST_CASE(a_peer_whose_own_end_never_came_may_have_had_more_to_say) {
  talking t;
  t.at(0).close(t.now, errc::closed_normally);
  t.cut(t.pipes[0]);
  t.run_for(2 * t.bounds.drain_timeout);
  BOOST_REQUIRE(t.ends[0].end);
  BOOST_TEST((t.ends[0].end->why == errc::cut_short));
  BOOST_TEST(!t.ends[0].end->unconfirmed);
}

BOOST_AUTO_TEST_CASE(another_reason_is_not_replaced_by_that_of_an_end_that_was_cut_short) {
  talking t;
  t.ends[1].consume_at_once = false;
  for (int i = 0; i < 6; ++i) {
    t.write(0, 300'000);
    t.settle();
  }
  t.at(0).close(t.now, errc::duplicate);
  t.run_for(2 * t.bounds.drain_timeout);
  check_both_ended(t, errc::duplicate);
}

BOOST_AUTO_TEST_CASE(what_ends_a_closing_session_at_once_is_told_instead_of_the_first_reason) {
  talking t;
  t.write(0, 3u << 20);
  t.at(0).close(t.now, errc::closed_normally);
  t.transmit_from(0);
  t.at(0).abort(t.now, errc::access_denied);
  t.settle();
  check_both_ended(t, errc::access_denied);
}

BOOST_AUTO_TEST_CASE(an_abort_that_drops_something_does_not_say_that_it_was_in_order) {
  talking t;
  t.write(0, 3u << 20);
  t.at(0).abort(t.now, errc::closed_normally);
  t.settle();
  check_both_ended(t, errc::cut_short);
}

BOOST_AUTO_TEST_CASE(a_close_that_is_cut_says_what_may_be_missing) {
  talking t;
  t.at(0).cut_close(); // nothing is being closed
  t.settle();
  BOOST_TEST(!t.ends[0].end);
  t.write(0, 3u << 20);
  t.at(0).close(t.now, errc::closed_normally);
  t.transmit_from(0);
  t.at(0).cut_close();
  t.settle();
  check_both_ended(t, errc::cut_short);
  BOOST_TEST(t.ends[0].end->unconfirmed);
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_asked_answers_and_is_not_asked_twice_at_once) {
  talking t;
  t.run_for(std::chrono::seconds{1}); // nothing is in flight, which would ask too
  auto before = t.at(0).counters().records_in;
  t.at(0).ping();
  t.at(0).ping();
  t.settle();
  t.at(0).ping();
  t.settle();
  BOOST_TEST(t.at(0).counters().records_in == before + 2);
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

BOOST_AUTO_TEST_CASE(what_was_written_before_a_close_arrives_over_another_pipe_when_the_first_one_breaks) {
  for (std::size_t dialler : {0, 1}) {
    talking t;
    t.budget = 20'000;
    t.write(0, 3u << 20);
    t.write(1, 1u << 20);
    t.at(0).close(t.now, errc::closed_normally);
    for (std::size_t turns = 0; turns < 10; ++turns) {
      t.transmit_from(0);
      t.deliver_to(1);
    }
    t.cut(t.pipes[0]);
    t.run_for(std::chrono::seconds{5});
    BOOST_REQUIRE((!t.ends[0].end && !t.ends[1].end));
    BOOST_TEST(t.ends[0].has<pipe_needed>());
    t.connect(dialler);
    t.settle();
    t.check_all_was_received_once();
    check_closed_in_order(t);
  }
}

BOOST_AUTO_TEST_CASE(what_was_written_before_a_close_without_a_pipe_arrives_over_the_next_one) {
  for (std::size_t dialler : {0, 1}) {
    talking t;
    t.write(0, 3u << 20);
    t.write(1, 1u << 20);
    t.cut(t.pipes[0]);
    t.settle();
    t.at(0).close(t.now, errc::closed_normally);
    t.settle();
    auto told = t.ends[0].all<pipe_needed>();
    BOOST_REQUIRE(told.size() == 2);
    BOOST_TEST((told.back().until == t.now + 2 * t.bounds.drain_timeout));
    t.run_for(std::chrono::seconds{5});
    t.connect(dialler);
    t.settle();
    t.check_all_was_received_once();
    check_closed_in_order(t);
  }
}

BOOST_AUTO_TEST_CASE(a_close_is_in_order_wherever_the_pipe_breaks) {
  std::uint64_t whole = 0;
  auto run = [&](std::uint64_t cut_after, std::uint64_t seed) {
    talking t{seed};
    auto start = t.pipes[0].sent[0] + t.pipes[0].sent[1];
    t.pipes[0].cut_after = cut_after == 0 ? ~std::uint64_t{0} : start + cut_after;
    t.piece = 64;
    t.budget = 300;
    for (std::size_t size : {10u, 500u})
      for (std::size_t end : {0, 1})
        t.write(end, size);
    t.at(0).close(t.now, errc::closed_normally);
    t.settle();
    if (cut_after == 0) {
      whole = t.pipes[0].sent[0] + t.pipes[0].sent[1] - start;
      return;
    }
    t.cut(t.pipes[0]);
    t.connect(seed % 2);
    t.settle();
    t.check_all_was_received_once();
    // Whose last acknowledgement was lost cannot know whether the other one has it all, but ends all the same.
    t.run_for(2 * t.bounds.drain_timeout);
    BOOST_REQUIRE((t.ends[0].end && t.ends[1].end));
    for (const auto& end : t.ends)
      BOOST_REQUIRE((end.end->why == (end.end->unconfirmed ? errc::cut_short : errc::closed_normally)));
    BOOST_REQUIRE((!t.ends[0].end->unconfirmed || !t.ends[1].end->unconfirmed));
  };
  run(0, 1);
  BOOST_TEST(whole > 1100);
  for (std::uint64_t at = 1; at <= whole; ++at)
    run(at, at);
}

BOOST_AUTO_TEST_CASE(a_silent_pipe_while_closing_asks_for_another_one) {
  talking t;
  t.write(0, 100);
  t.settle();
  t.pipes[0].silent = true;
  t.write(0, 3u << 20);
  t.at(0).close(t.now, errc::closed_normally);
  t.run_for(t.bounds.suspect_at_most);
  BOOST_TEST(t.ends[0].has<pipe_suspect>());
  t.connect(0);
  t.settle();
  t.check_all_was_received_once();
  check_closed_in_order(t);
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_gone_holds_a_closing_session_no_longer_than_two_drain_timeouts) {
  for (bool cut_first : {false, true}) {
    talking t;
    if (cut_first)
      t.cut(t.pipes[0]);
    t.settle();
    t.write(0, 100);
    t.at(0).close(t.now, errc::closed_normally);
    t.cut(t.pipes[0]);
    t.run_for(2 * t.bounds.drain_timeout - std::chrono::milliseconds{1});
    BOOST_TEST(!t.ends[0].end);
    t.run_for(std::chrono::milliseconds{1});
    BOOST_REQUIRE(t.ends[0].end);
    BOOST_TEST(t.ends[0].end->unconfirmed);
    BOOST_TEST((t.ends[0].end->why == errc::cut_short));
    t.run_for(std::chrono::seconds{61});
    BOOST_REQUIRE(t.ends[1].end);
    BOOST_TEST((t.ends[1].end->why == errc::path_lost));
  }
}

BOOST_AUTO_TEST_CASE(a_resume_window_that_is_over_ends_a_closing_session_too) {
  talking t;
  t.cut(t.pipes[0]);
  t.run_for(t.bounds.resume_window - std::chrono::seconds{5});
  t.at(0).close(t.now, errc::closed_normally);
  t.run_for(std::chrono::seconds{5});
  BOOST_REQUIRE((t.ends[0].end && t.ends[1].end));
  BOOST_TEST((t.ends[0].end->why == errc::path_lost));
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_pipe_when_another_connection_took_over) {
  talking t;
  t.cut(t.pipes[0]);
  t.settle();
  t.at(0).close(t.now, errc::duplicate);
  t.at(1).close(t.now, errc::closed_normally);
  t.settle();
  BOOST_TEST(t.ends[0].end.has_value());
  BOOST_TEST(!t.ends[1].end.has_value());
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_ended_after_both_closes_is_not_waited_for) {
  talking t;
  t.write(1, 100);
  t.at(0).close(t.now, errc::closed_normally);
  t.transmit_from(0);
  t.deliver_to(1);
  t.transmit_from(1);
  t.deliver_to(0); // which ends, and its acknowledgement is lost
  BOOST_REQUIRE(t.ends[0].end);
  t.cut(t.pipes[0]);
  t.settle();
  BOOST_REQUIRE(!t.ends[1].end);
  t.at(1).attach_pipe(t.now, 50, role::responder);
  t.at(1).handle_message(t.now, 50, resume_refusal()); // anybody may say so who dials us
  t.settle();
  BOOST_REQUIRE(!t.ends[1].end);
  t.at(1).attach_pipe(t.now, 51, role::initiator);
  t.at(1).handle_message(t.now, 51, resume_refusal());
  t.settle();
  BOOST_TEST(t.ends[1].end.has_value());
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_much_to_say_delays_the_end_as_long_as_it_gets_on) {
  talking t;
  t.ends[0].consume_at_once = false;
  for (int i = 0; i < 20; ++i) {
    t.write(1, 100'000);
    t.settle();
  }
  t.at(0).close(t.now, errc::closed_normally);
  auto began = t.now;
  for (int i = 0; i < 40 && t.received(0) < 20; ++i) {
    t.run_for(std::chrono::milliseconds{2400});
    t.at(0).consumed(t.channel(0, t.subject), credit_of(100'000));
    t.settle();
  }
  BOOST_TEST((t.now - began > 2 * t.bounds.drain_timeout));
  t.check_all_was_received_once();
  check_closed_in_order(t);
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
