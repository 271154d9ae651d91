#include "transports/session/liveness.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace std::chrono_literals;
using warren::session::liveness;

namespace {

struct fixture {
  time_point now = time_point{} + 1h;
  liveness::settings settings{5s, 20s, 1ms, 1s, 3s, 15s, 10ms};
  liveness path{settings};

  fixture() { path.on_pipe_active(now, false); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_path, fixture)

BOOST_AUTO_TEST_CASE(every_second_record_is_acknowledged_at_once_and_a_single_one_soon) {
  path.on_record_received(now, true, false);
  BOOST_TEST(path.ack_owed());
  BOOST_TEST(!path.ack_due());
  BOOST_TEST((path.deadline() == now + 10ms));
  path.on_time(now + 9ms);
  BOOST_TEST(!path.ack_due());
  path.on_time(now + 10ms);
  BOOST_TEST(path.ack_due());
  path.on_record_sent(now, 0, false, true);
  BOOST_TEST(!path.ack_owed());
  BOOST_TEST(!path.ack_due());
  path.on_record_received(now, true, false);
  path.on_record_received(now, true, false);
  BOOST_TEST(path.ack_due());
}

BOOST_AUTO_TEST_CASE(a_ping_is_acknowledged_at_once_and_an_acknowledgement_never) {
  path.on_record_received(now, true, true);
  BOOST_TEST(path.ack_due());
  path.on_record_sent(now, 0, false, true);
  for (int i = 0; i < 10; ++i)
    path.on_record_received(now, false, false);
  path.on_time(now + 1s);
  BOOST_TEST(!path.ack_due());
  BOOST_TEST(path.ack_owed());
}

BOOST_AUTO_TEST_CASE(four_round_trips_without_an_acknowledgement_are_suspect_within_bounds) {
  auto suspect_after = [&](duration rtt) {
    path.on_record_sent(now, 0, true, false);
    path.on_acknowledged(now + rtt, 1, {}, true); // the first sample is taken as it is
    return *path.deadline() - (now + rtt);
  };
  BOOST_TEST((suspect_after(500ms) == 2010ms));
  for (auto [rtt, patience] : {std::pair{1ms, 1s}, {10s, 3s}}) {
    path = liveness{settings};
    path.on_pipe_active(now, false);
    BOOST_TEST((suspect_after(rtt) == patience));
  }
}

BOOST_AUTO_TEST_CASE(full_queues_do_not_make_a_path_more_patient_but_a_longer_path_does) {
  std::uint64_t number = 0;
  auto round_trip = [&](duration rtt) {
    path.on_record_sent(now, number, true, false);
    now += rtt;
    path.on_acknowledged(now, ++number, {}, true);
    return *path.deadline() - now;
  };
  round_trip(1ms);
  for (auto end = now + 8s; now < end;)
    BOOST_TEST((round_trip(500ms) == 1s));
  BOOST_TEST((path.rtt() > 400ms));
  for (auto end = now + 20s; now < end;)
    round_trip(500ms);
  BOOST_TEST((round_trip(500ms) == 2010ms));
  // What was known of the path before holds until something is known of the new one.
  path.on_pipe_active(now, true);
  BOOST_TEST((*path.deadline() - now == 2010ms));
  BOOST_TEST((round_trip(1ms) == 1s));
  path.on_pipe_active(now, true);
  BOOST_TEST((round_trip(600ms) == 2410ms));
}

BOOST_AUTO_TEST_CASE(on_a_path_whose_queue_never_empties_what_passes_between_acknowledgements_counts) {
  constexpr std::uint64_t in_flight = 50;
  for (std::uint64_t number = 0; number < in_flight; ++number)
    path.on_record_sent(now, number, true, false);
  now += 500ms;
  for (std::uint64_t number = in_flight; number < 1000; ++number, now += 10ms) {
    path.on_record_sent(now, number, true, false);
    path.on_acknowledged(now, number - in_flight + 1, {}, true);
  }
  BOOST_TEST((path.rtt() > 490ms));
  path.on_record_sent(now, 1000, true, false);
  BOOST_TEST((*path.deadline() - now <= 1s));
}

BOOST_AUTO_TEST_CASE(silence_brings_a_ping_and_no_answer_the_verdict) {
  BOOST_TEST((path.deadline() == now + 5s));
  path.on_time(now + 5s);
  BOOST_TEST(path.ping_due());
  path.on_record_sent(now + 5s, 0, true, false);
  BOOST_TEST(!path.ping_due());
  BOOST_TEST((path.deadline() == now + 8s));
  BOOST_TEST(!path.suspect(now + 7s));
  BOOST_TEST(path.suspect(now + 8s));
  path.suspicion_told();
  BOOST_TEST(!path.suspect(now + 9s));
  BOOST_TEST((path.deadline() == now + 20s));
  BOOST_TEST(!path.dead(now + 19s));
  BOOST_TEST(path.dead(now + 20s));
}

BOOST_AUTO_TEST_CASE(after_its_first_ping_a_path_is_asked_rarely_until_it_is_of_use_again) {
  auto ping = [&](std::uint64_t number) {
    now = *path.deadline();
    path.on_time(now);
    BOOST_TEST(path.ping_due());
    path.on_record_sent(now, number, true, false);
    path.on_acknowledged(now, number + 1, {}, false);
    path.on_record_received(now, false, false);
  };
  ping(0);
  for (std::uint64_t number : {1, 2, 3}) {
    BOOST_TEST((path.deadline() == now + 20s));
    ping(number);
  }
  path.on_record_received(now, true, true); // a ping of the peer
  path.on_record_sent(now, 4, false, true);
  BOOST_TEST((path.deadline() == now + 20s));
  path.on_record_received(now, true, false);
  path.on_record_sent(now, 5, false, true);
  BOOST_TEST((path.deadline() == now + 5s));
  ping(6);
  path.on_record_sent(now, 7, true, false);
  path.on_acknowledged(now, 8, {}, false);
  BOOST_TEST((path.deadline() == now + 5s));
}

BOOST_AUTO_TEST_CASE(pings_of_many_paths_fall_on_common_moments_and_nothing_else_waits_for_them) {
  settings.ping_slack = 300ms;
  for (auto start : {now, now + 1ms, now + 299ms}) {
    path = liveness{settings};
    path.on_pipe_active(start, false);
    auto at = *path.deadline();
    BOOST_TEST((at >= start + 5s && at < start + 5300ms));
    BOOST_TEST((at.time_since_epoch() % 300ms == duration{}));
    path.on_time(at - 1ns);
    BOOST_TEST(!path.ping_due());
    path.on_record_received(start, true, false);
    BOOST_TEST((path.deadline() == start + 10ms));
    path.on_record_sent(start, 0, true, true);
    BOOST_TEST((path.deadline() == start + 3s));
  }
}

BOOST_AUTO_TEST_CASE(progress_of_acknowledgements_keeps_a_path_alive) {
  path.on_record_sent(now, 0, true, false);
  path.on_record_sent(now, 1, true, false);
  path.on_acknowledged(now + 14s, 1, {}, true);
  BOOST_TEST(!path.dead(now + 28s));
  BOOST_TEST(path.dead(now + 29s));
  path.on_acknowledged(now + 28s, 2, {}, false);
  BOOST_TEST(!path.dead(now + 10min));
}

BOOST_AUTO_TEST_CASE(the_round_trip_leaves_out_the_peers_delay) {
  path.on_record_sent(now, 7, true, false);
  path.on_acknowledged(now + 1ms, 7, {}, true); // not of that record
  BOOST_TEST(!path.rtt());
  path.on_acknowledged(now + 50ms, 8, 10ms, false);
  BOOST_TEST((path.rtt() == 40ms));
  path.on_record_sent(now, 8, true, false);
  path.on_acknowledged(now + 120ms, 9, {}, false);
  BOOST_TEST((path.rtt() == 50ms));
}

BOOST_AUTO_TEST_CASE(without_a_pipe_there_is_no_deadline) {
  path.on_record_sent(now, 0, true, false);
  path.on_record_received(now, true, false);
  path.on_pipe_gone();
  BOOST_TEST(!path.deadline());
  BOOST_TEST(!path.dead(now + 1h));
  path.on_pipe_active(now + 1h, true);
  BOOST_TEST(!path.dead(now + 1h + 14s));
  BOOST_TEST(path.dead(now + 1h + 15s));
}

BOOST_AUTO_TEST_SUITE_END()
