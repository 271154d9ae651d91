// The stream's smaller parts alone.
#include "tests/support/seeded_random.hpp"
#include "transports/udx/bbr.hpp"
#include "transports/udx/byte_ring.hpp"
#include "transports/udx/cubic.hpp"
#include "transports/udx/mtu_search.hpp"
#include "transports/udx/pacer.hpp"
#include "transports/udx/peer_window.hpp"
#include "transports/udx/proportional_rate_reduction.hpp"
#include "transports/udx/rack.hpp"
#include "transports/udx/reorder_buffer.hpp"
#include "transports/udx/timers.hpp"
#include "transports/udx/transmit_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <deque>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::udx;

namespace {

const time_point start{1h};

segment sent_at(time_point when) {
  segment result;
  result.sent = when;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(udx_parts)

BOOST_AUTO_TEST_CASE(a_byte_ring_is_a_bounded_queue_of_octets) {
  test::seeded_random random{1};
  byte_ring ring{100'000};
  std::deque<std::byte> model;
  for (int i = 0; i < 2000; ++i) {
    bytes data(random.below(3000));
    random.fill(data);
    auto taken = ring.append(data);
    BOOST_REQUIRE(taken == std::min(data.size(), 100'000 - model.size()));
    model.insert(model.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(taken));
    auto drop = random.below(std::min<std::size_t>(model.size(), 3000) + 1);
    while (drop > 0) {
      auto front = ring.front();
      BOOST_REQUIRE(!front.empty());
      BOOST_REQUIRE(std::equal(front.begin(), front.end(), model.begin()));
      auto part = std::min(drop, front.size());
      ring.drop(part);
      model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(part));
      drop -= part;
    }
    BOOST_REQUIRE(ring.size() == model.size());
  }
}

BOOST_AUTO_TEST_CASE(the_scoreboard_keeps_its_lists_through_any_order_of_calls) {
  test::seeded_random random{2};
  scoreboard board{{0xfffffff0}}; // across the wrap
  auto now = start;
  for (int i = 0; i < 20'000; ++i) {
    now += 1ms;
    auto any = board.una() + static_cast<std::uint32_t>(random.below(board.outstanding() + 1));
    switch (random.below(6)) {
      case 0:
      case 1:
        if (board.outstanding() < 300)
          board.push(sent_at(now));
        break;
      case 2:
        if (any < board.nxt() && board[any].where != segment::place::sacked)
          board.mark_sacked(any);
        break;
      case 3:
        if (board.in_flight() > 0)
          board.mark_lost(board.oldest_in_flight());
        break;
      case 4:
        if (board.lost() > 0)
          board.mark_resent(board.first_lost(), now);
        break;
      default:
        if (board.outstanding() > 0)
          board.pop();
    }
    std::size_t flight = 0;
    std::size_t lost = 0;
    auto earliest = time_point::max();
    std::optional<sequence_number> unsacked;
    for (auto seq = board.una(); seq != board.nxt(); seq = seq + 1) {
      flight += board[seq].where == segment::place::in_flight;
      lost += board[seq].where == segment::place::lost;
      if (board[seq].where == segment::place::in_flight)
        earliest = std::min(earliest, board[seq].sent);
      if (!unsacked && board[seq].where != segment::place::sacked)
        unsacked = seq;
    }
    BOOST_REQUIRE(board.in_flight() == flight);
    BOOST_REQUIRE(board.lost() == lost);
    BOOST_REQUIRE((board.next_unsacked(board.una()) == unsacked.value_or(board.nxt())));
    if (flight > 0)
      BOOST_REQUIRE((board[board.oldest_in_flight()].sent == earliest));
  }
}

BOOST_AUTO_TEST_CASE(the_reorder_buffer_joins_what_it_holds_into_blocks) {
  reorder_buffer held{1000};
  for (auto seq : {5u, 7u, 6u, 10u, 1u})
    held.store({seq}, as_byte_view("ab"), false);
  std::vector<sack_block> expected{{{1}, {2}}, {{5}, {8}}, {{10}, {11}}};
  BOOST_TEST(std::equal(held.blocks().begin(), held.blocks().end(), expected.begin(), expected.end()));
  BOOST_TEST(held.octets() == 10u);
  BOOST_TEST(held.holds({6}));
  BOOST_TEST(!held.holds({8}));
  BOOST_TEST((held.highest() == sequence_number{10}));
  held.pop_front({1});
  held.pop_front({5});
  BOOST_TEST((held.blocks().front() == sack_block{{6}, {8}}));
  // Far apart, so that the ring grows around what it holds.
  held.store({900}, as_byte_view("far"), true);
  BOOST_TEST(as_text(held.front({6}).payload) == "ab");
  held.pop_front({6});
  held.pop_front({7});
  held.pop_front({10});
  BOOST_TEST(as_text(held.front({900}).payload) == "far");
  BOOST_TEST(held.front({900}).end);
}

BOOST_AUTO_TEST_CASE(the_retransmission_timeout_follows_the_reference) {
  rtt_estimator rtt;
  BOOST_TEST((rtt.rto() == 1s));
  rtt.sample(start, 400ms);
  BOOST_TEST((rtt.srtt() == 400ms));
  BOOST_TEST((rtt.rto() == 1200ms)); // 400 + 4 * 200
  rtt.sample(start, 400ms);
  BOOST_TEST((rtt.rto() == 1s)); // 400 + 4 * 150
  // A suspended machine: the sample is clamped to srtt + 5 rttvar.
  rtt.sample(start, 3600s);
  BOOST_TEST((rtt.srtt() < 1s));
  BOOST_TEST((rtt.min_rtt() == 400ms));
  rtt.sample(start + 301s, 900ms);
  BOOST_TEST((rtt.min_rtt() == 900ms));
}

BOOST_AUTO_TEST_CASE(rack_takes_a_packet_for_lost_once_a_later_one_has_arrived) {
  rack detection;
  rtt_estimator rtt;
  rtt.sample(start, 100ms);
  auto first = sent_at(start);
  auto second = sent_at(start + 10ms);
  BOOST_TEST(!detection.sent_before({0}, first));
  detection.on_delivered(start + 110ms, {1}, second, rtt.min_rtt());
  BOOST_TEST(detection.sent_before({0}, first));
  auto window = detection.reordering_window(rtt, false, 1);
  BOOST_TEST((window == 25ms));
  BOOST_TEST((detection.lost_at(first, window) == start + 125ms));
  // Three sacked packets, or recovery, make waiting needless while no reordering was ever seen.
  BOOST_TEST((detection.reordering_window(rtt, false, 3) == 0ms));
  BOOST_TEST((detection.reordering_window(rtt, true, 0) == 0ms));
  detection.on_delivered(start + 115ms, {0}, first, rtt.min_rtt());
  BOOST_TEST(detection.reordering_seen());
  BOOST_TEST((detection.reordering_window(rtt, true, 3) == 25ms));
}

BOOST_AUTO_TEST_CASE(cubic_grows_along_its_curve_back_to_the_old_window_and_beyond) {
  cubic controller;
  auto now = start;
  auto ack = [&](std::size_t acked) {
    ack_sample sample{now, acked, controller.cwnd(), 100ms, 100ms, false};
    sample.cwnd_limited = true;
    controller.on_ack(sample);
  };
  BOOST_TEST(controller.cwnd() == 10u);
  ack(10);
  BOOST_TEST(controller.cwnd() == 20u); // slow start
  while (controller.cwnd() < 1000)
    ack(100);
  auto before = controller.cwnd();
  controller.on_congestion_event(now);
  BOOST_TEST(controller.cwnd() == static_cast<std::size_t>(static_cast<double>(before) * 0.7));
  // K = cbrt(W_max (1 - beta) / C) seconds.
  auto k = std::cbrt(static_cast<double>(before) * 0.3 / 0.4);
  auto end_of_plateau = start + std::chrono::duration_cast<duration>(std::chrono::duration<double>(k));
  for (; now < end_of_plateau; now += 100ms)
    ack(controller.cwnd());
  BOOST_TEST(controller.cwnd() > before * 95 / 100);
  BOOST_TEST(controller.cwnd() < before * 105 / 100);
  for (; now < end_of_plateau + 10s; now += 100ms)
    ack(controller.cwnd());
  BOOST_TEST(controller.cwnd() > before * 12 / 10);
  controller.on_timeout(now, 0);
  BOOST_TEST(controller.cwnd() == 1u);
  BOOST_TEST(controller.in_slow_start());
}

BOOST_AUTO_TEST_CASE(a_window_that_is_not_used_does_not_grow) {
  cubic controller;
  for (int i = 0; i < 100; ++i) {
    ack_sample sample{start + i * 100ms, 1, 1, 100ms, 100ms, true};
    controller.on_ack(sample);
  }
  BOOST_TEST(controller.cwnd() == 10u);
}

BOOST_AUTO_TEST_CASE(slow_start_ends_when_the_round_trip_grows) {
  cubic controller;
  auto now = start;
  auto rtt = 50ms;
  for (int round = 0; round < 30 && controller.in_slow_start(); ++round) {
    now += rtt;
    for (int i = 0; i < 10; ++i)
      controller.on_ack({now, 2, controller.cwnd(), rtt, rtt, i == 0});
    rtt += 10ms;
  }
  BOOST_TEST(!controller.in_slow_start());
  BOOST_TEST(controller.cwnd() < 400u);
}

BOOST_AUTO_TEST_CASE(the_delivery_rate_is_that_of_the_slower_of_sending_and_arriving) {
  delivery_rate rate;
  sequence_number first{0xfffffffe}; // across the wrap
  // Sent at once, arriving one each 10 ms from 100 ms on.
  for (std::uint32_t i = 0; i < 20; ++i)
    rate.on_sent(start, first, first + i, i);
  rate_sample sample;
  for (std::uint32_t i = 0; i < 20; ++i) {
    rate.on_delivered(start + 100ms + i * 10ms, first + i, start);
    sample = rate.take(100ms);
  }
  BOOST_TEST(sample.delivered == 20u);
  BOOST_TEST(sample.prior_delivered == 0u);
  BOOST_TEST(sample.tx_in_flight == 20u);
  BOOST_TEST(!sample.app_limited);
  BOOST_TEST(std::abs(sample.delivery_rate - 20 / 0.29) < 1e-6);
  // An answer that came too soon tells of no rate; what was lost is counted from the sending on.
  rate.on_app_limited(0);
  rate.on_sent(start + 400ms, first + 20, first + 20, 0);
  rate.on_sent(start + 400ms, first + 20, first + 21, 1);
  BOOST_TEST(rate.on_lost(first + 20).lost == 1u);
  rate.on_delivered(start + 420ms, first + 21, start + 400ms);
  sample = rate.take(100ms);
  BOOST_TEST(sample.delivery_rate == 0);
  BOOST_TEST(sample.lost == 1u);
  BOOST_TEST(sample.app_limited);
  BOOST_TEST(!rate.app_limited());
}

BOOST_AUTO_TEST_CASE(bbr_finds_the_rate_of_the_path_and_keeps_to_it) {
  bbr controller{1};
  auto now = start;
  // A path of 1000 packets per second and 100 ms: a round trip per ACK, of what the window and the path allow.
  std::uint64_t delivered = 0;
  auto visited = std::array<bool, 7>{};
  for (int round = 0; round < 400; ++round) {
    now += 100ms;
    auto window = std::min<std::size_t>(controller.cwnd(), 100);
    ack_sample sample;
    sample.now = now;
    sample.acked = sample.in_flight = window;
    sample.in_flight_after = controller.current() == bbr::state::drain ? 50 : window;
    sample.srtt = sample.latest_rtt = sample.rtt = 100ms;
    sample.round_ended = sample.cwnd_limited = true;
    sample.rate.prior_delivered = delivered;
    sample.rate.delivered = window;
    sample.rate.tx_in_flight = window;
    sample.rate.delivery_rate = static_cast<double>(window) * 10;
    sample.delivered = delivered += window;
    controller.on_ack(sample);
    visited[static_cast<std::size_t>(controller.current())] = true;
    if (round > 20)
      BOOST_TEST(controller.pacing_rate(100ms) <= 1250);
  }
  BOOST_TEST(controller.pacing_rate(100ms) >= 890);
  BOOST_TEST(controller.cwnd() >= 50u);
  BOOST_TEST(controller.cwnd() <= 350u);
  using enum bbr::state;
  for (auto state : {probe_bw_cruise, probe_bw_refill, probe_bw_up, probe_rtt})
    BOOST_TEST(visited[static_cast<std::size_t>(state)]);
}

BOOST_AUTO_TEST_CASE(bbr_cuts_its_window_to_one_packet_more_than_what_is_in_flight_on_a_timeout) {
  bbr controller{1};
  controller.on_timeout(start, 2);
  BOOST_TEST(controller.cwnd() == 3u);
  controller.on_recovery_ended();
  BOOST_TEST(controller.cwnd() == 10u);
}

BOOST_AUTO_TEST_CASE(recovery_sends_in_proportion_to_what_arrives) {
  proportional_rate_reduction prr;
  prr.start(20, 10);
  BOOST_TEST(prr.may_send()); // the first repetition goes at once
  prr.on_sent();
  BOOST_TEST(!prr.may_send());
  auto sent = 1;
  // Ten arrivals while more is in flight than the window to be: half as many go out.
  for (std::size_t arrived = 1; arrived <= 10; ++arrived) {
    prr.on_delivered(1, 20 - arrived);
    for (; prr.may_send(); ++sent)
      prr.on_sent();
  }
  BOOST_TEST(sent >= 4);
  BOOST_TEST(sent <= 7);
}

BOOST_AUTO_TEST_CASE(the_pacer_keeps_to_its_rate) {
  pacer pace;
  pace.set_rate(1'440'000, 1200); // 1200 packets per second
  auto now = start;
  int sent = 0;
  while (now < start + 1s) {
    if (pace.ready(now)) {
      pace.on_sent(1200);
      ++sent;
    } else {
      auto next = pace.next(now);
      BOOST_REQUIRE((next > now));
      now = next;
    }
  }
  BOOST_TEST(sent > 1150);
  BOOST_TEST(sent < 1250);
}

BOOST_AUTO_TEST_CASE(unpaced_sending_leaves_no_debt) {
  pacer pace;
  pace.stop();
  for (int i = 0; i < 100'000; ++i) {
    BOOST_REQUIRE(pace.ready(start));
    pace.on_sent(1200);
  }
  pace.set_rate(1'440'000, 1200);
  BOOST_TEST(pace.ready(start));
}

BOOST_AUTO_TEST_CASE(without_a_sample_the_timeout_grows_when_only_repeated_packets_arrive) {
  rtt_estimator rtt;
  BOOST_TEST((rtt.rto() == 1s));
  rtt.on_unmeasured_arrival();
  BOOST_TEST((rtt.rto() == 3s));
  rtt.sample(start, 1400ms);
  BOOST_TEST((rtt.rto() == 1400ms + 4 * 700ms));
}

BOOST_AUTO_TEST_CASE(the_mtu_search_climbs_in_steps_and_stops_after_three_losses) {
  mtu_search search{1200, 1500};
  BOOST_TEST(!search.probe_size(start).has_value()); // nothing is known of the path
  search.on_path_proven();
  BOOST_TEST(search.probe_size(start).value() == 1232u);
  search.on_probe_sent();
  BOOST_TEST(!search.probe_size(start).has_value());
  search.on_probe_acked();
  BOOST_TEST(search.mtu() == 1232u);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(search.probe_size(start).value() == 1264u);
    search.on_probe_sent();
    search.on_probe_lost(true);
    search.on_probe_sent();
    search.on_probe_lost(false); // among others: does not count
  }
  BOOST_TEST(!search.probe_size(start).has_value());
  BOOST_TEST(search.mtu() == 1232u);
  search.restart();
  search.on_path_proven();
  BOOST_TEST(search.mtu() == 1200u);
  for (int i = 0; i < 10; ++i) {
    search.on_probe_sent();
    search.on_probe_acked();
  }
  BOOST_TEST(search.mtu() == 1500u);
  BOOST_TEST(!search.probe_size(start).has_value());
}

BOOST_AUTO_TEST_CASE(
    above_the_references_ceiling_the_mtu_search_takes_the_longest_steps_that_padding_can_make) {
  mtu_search search{1200, 9000};
  search.on_path_proven();
  std::vector<std::size_t> found;
  for (auto size = search.probe_size(start); size; size = search.probe_size(start)) {
    BOOST_TEST(*size - search.mtu() <= 255u);
    search.on_probe_sent();
    search.on_probe_acked();
    found.push_back(search.mtu());
  }
  BOOST_TEST(found.size() == 40u);
  BOOST_TEST(found[9] == 1500u); // a path that takes no more is known as such
  BOOST_TEST(found.back() == 9000u);
}

BOOST_AUTO_TEST_CASE(a_black_hole_brings_the_mtu_back_to_its_base) {
  mtu_search search{1200, 1500};
  search.on_path_proven();
  for (int i = 0; i < 5; ++i) {
    search.on_probe_sent();
    search.on_probe_acked();
  }
  BOOST_TEST(search.mtu() == 1360u);
  search.on_probe_sent();
  search.on_black_hole();
  search.on_probe_acked(); // too late
  BOOST_TEST(search.mtu() == 1200u);
  BOOST_TEST(!search.probe_size(start).has_value());
}

BOOST_AUTO_TEST_CASE(an_mtu_search_that_ended_goes_on_after_ten_minutes) {
  mtu_search search{1200, 1500};
  search.on_path_proven();
  for (int i = 0; i < 5; ++i) {
    search.on_probe_sent();
    search.on_probe_acked();
  }
  search.on_black_hole();
  auto now = start;
  for (int round = 0; round < 3; ++round) {
    BOOST_TEST(!search.probe_size(now).has_value());
    BOOST_TEST(!search.probe_size(now + 599s).has_value());
    now += 600s;
    for (int i = 0; i < 3; ++i) {
      BOOST_TEST(search.probe_size(now).value() == 1232u);
      search.on_probe_sent();
      search.on_probe_lost(true);
    }
  }
  BOOST_TEST(!search.probe_size(now).has_value());
  BOOST_TEST(search.probe_size(now + 600s).value() == 1232u);
  search.on_probe_sent();
  search.on_probe_acked();
  BOOST_TEST(search.mtu() == 1232u);
  BOOST_TEST(search.probe_size(now + 600s).value() == 1264u);
}

BOOST_AUTO_TEST_CASE(an_old_window_update_does_not_replace_a_newer_one) {
  peer_window window;
  BOOST_TEST(window.octets() == 4194304u);
  window.update({0, 0, 1, 1000, {5}, {3}}, {3});
  BOOST_TEST(window.octets() == 1000u);
  window.update({0, 0, 1, 2000, {4}, {3}}, {3}); // older seq
  window.update({0, 0, 1, 2000, {5}, {2}}, {2}); // older ack
  window.update({0, 0, 1, 2000, {9}, {2}}, {3}); // ack before snd.una
  BOOST_TEST(window.octets() == 1000u);
  window.update({0, 0, 1, 0, {5}, {3}}, {3});
  BOOST_TEST(window.packets(1152) == 0u);
  window.update({0, 0, 1, 1, {5}, {4}}, {3});
  BOOST_TEST(window.packets(1152) == 1u);
}

BOOST_AUTO_TEST_CASE(the_earliest_deadline_is_next) {
  timer_table timers;
  BOOST_TEST(!timers.next().has_value());
  timers.set(timer::keep_alive, start + 5s);
  timers.set(timer::pacing, start + 1s);
  BOOST_TEST((*timers.next() == start + 1s));
  BOOST_TEST(!timers.expire(timer::pacing, start));
  BOOST_TEST(timers.expire(timer::pacing, start + 1s));
  BOOST_TEST(!timers.is_set(timer::pacing));
  BOOST_TEST((*timers.next() == start + 5s));
}

BOOST_AUTO_TEST_CASE(a_batch_falls_into_runs_of_equal_datagrams) {
  std::vector<std::byte> arena(1000);
  transmit_batch batch{arena, 8};
  for (std::size_t size : {100u, 100u, 60u, 100u, 120u, 120u, 20u}) {
    BOOST_REQUIRE(batch.has_room(size));
    batch.prepare(size);
    batch.commit(size);
  }
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  batch.for_each_run(
      [&](byte_view octets, std::size_t segment) { runs.emplace_back(octets.size(), segment); });
  BOOST_TEST((runs == std::vector<std::pair<std::size_t, std::size_t>>{{260, 100}, {100, 100}, {260, 120}}));
  BOOST_TEST(!batch.has_room(500));
  batch.commit(1);
  BOOST_TEST(!batch.has_room(1)); // eight datagrams
}

BOOST_AUTO_TEST_SUITE_END()
