#include "tests/support/udx_host.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::test;

namespace {

constexpr std::size_t mib = 1024 * 1024;

// Sends `size` octets each way and ends both sides; checks that each has received what the other sent and nothing else.
void exchange(sim::network& network, udx_pair& pair, std::size_t size, duration limit) {
  auto from_a = noise(network.random(), size);
  auto from_b = noise(network.random(), size);
  auto until = network.now() + limit;
  pair.a.send(from_a);
  pair.b.send(from_b);
  pair.a.end();
  pair.b.end();
  auto over = [&] { return pair.a.events.closed > 0 && pair.b.events.closed > 0; };
  BOOST_TEST(network.run_until(over, until), "the exchange ends in time");
  BOOST_TEST((pair.b.received == from_a));
  BOOST_TEST((pair.a.received == from_b));
  BOOST_TEST(!pair.a.events.reason);
  BOOST_TEST(!pair.b.events.reason);
  BOOST_TEST(pair.a.events.remote_end == 1);
  BOOST_TEST(pair.b.events.remote_end == 1);
}

sim::link_quality with(duration latency) {
  sim::link_quality quality;
  quality.latency = latency;
  return quality;
}

} // namespace

BOOST_AUTO_TEST_SUITE(udx_stream)

BOOST_AUTO_TEST_CASE(two_streams_exchange_octets_over_a_clean_path) {
  sim::network network{1};
  network.default_link(with(20ms));
  udx_pair pair{network};
  exchange(network, pair, 4 * mib, 60s);
  BOOST_TEST(pair.a.stream.counters().retransmits == 0u);
  BOOST_TEST(pair.a.stream.counters().timeouts == 0u);
}

BOOST_AUTO_TEST_CASE(octets_arrive_through_loss_duplication_and_reordering_whatever_the_seed) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      sim::network network{seed};
      auto quality = with(15ms);
      quality.jitter = seed % 2 == 0 ? 5ms : 0ms;
      quality.loss = 0.02 * static_cast<double>(seed % 4);
      quality.duplication = 0.01 * static_cast<double>(seed % 3);
      quality.reorder = 0.02 * static_cast<double>(seed % 5);
      network.default_link(quality);
      udx_pair pair{network};
      exchange(network, pair, mib, 300s);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_fifth_of_all_packets_may_be_lost) {
  sim::network network{7};
  auto quality = with(10ms);
  quality.loss = 0.2;
  network.default_link(quality);
  udx_pair pair{network};
  exchange(network, pair, 64 * 1024, 600s);
}

BOOST_AUTO_TEST_CASE(bbr_gets_through_as_well) {
  sim::network network{3};
  auto quality = with(15ms);
  quality.loss = 0.01;
  quality.reorder = 0.02;
  network.default_link(quality);
  udx::config settings;
  settings.congestion = udx::congestion_algorithm::bbr;
  udx_pair pair{network, settings, settings};
  exchange(network, pair, mib, 300s);
}

BOOST_AUTO_TEST_CASE(a_bottleneck_is_filled_and_not_flooded) {
  sim::network network{5};
  auto quality = with(25ms);
  quality.bytes_per_second = 5'000'000;
  quality.queue_bytes = 125'000; // half a round trip's worth
  network.default_link(quality);
  udx_pair pair{network};
  auto data = noise(network.random(), 20 * mib);
  auto start = network.now();
  pair.a.send(data);
  BOOST_TEST(network.run_until([&] { return pair.b.received.size() == data.size(); }, start + 60s));
  BOOST_TEST((pair.b.received == data));
  auto seconds = std::chrono::duration<double>(network.now() - start).count();
  auto rate = static_cast<double>(data.size()) / seconds;
  BOOST_TEST_MESSAGE(
      "goodput " << rate / 1e6 << " MB/s of 5, dropped " << network.stats().queue_full << " of "
                 << network.stats().sent);
  BOOST_TEST(rate > 0.7 * 5'000'000);
  BOOST_TEST(network.stats().queue_full * 20 < network.stats().sent);
}

BOOST_AUTO_TEST_CASE(reordering_alone_hardly_slows_a_stream) {
  sim::network network{19};
  auto quality = with(20ms);
  quality.reorder = 0.02;
  quality.reorder_delay = 15ms; // more than a quarter of the round trip
  network.default_link(quality);
  udx_pair pair{network};
  auto data = noise(network.random(), 40 * mib);
  auto start = network.now();
  pair.a.send(data);
  BOOST_TEST(network.run_until([&] { return pair.b.received.size() == data.size(); }, start + 60s));
  BOOST_TEST((pair.b.received == data));
  auto seconds = std::chrono::duration<double>(network.now() - start).count();
  auto counts = pair.a.stream.counters();
  BOOST_TEST_MESSAGE(seconds << " s, " << counts.retransmits << " repeated");
  BOOST_TEST(counts.retransmits < 600u);
  BOOST_TEST(seconds < 6.0);
}

BOOST_AUTO_TEST_CASE(two_flows_share_a_bottleneck_and_both_get_through) {
  sim::network network{6};
  auto quality = with(20ms);
  quality.bytes_per_second = 2'000'000;
  quality.queue_bytes = 80'000;
  network.default_link(quality);
  udx_pair pair{network};
  exchange(network, pair, 4 * mib, 60s);
}

BOOST_AUTO_TEST_CASE(a_tiny_receive_window_slows_the_sender_but_loses_nothing) {
  for (std::size_t window : {1u, 1000u, 1200u, 5000u, 20000u}) {
    BOOST_TEST_CONTEXT("window " << window) {
      sim::network network{window};
      auto quality = with(5ms);
      quality.loss = 0.01;
      network.default_link(quality);
      udx::config settings;
      settings.receive_window = window;
      udx_pair pair{network, settings, settings};
      exchange(network, pair, 100'000, 600s);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_reader_that_pauses_stops_the_sender_and_resumes_it) {
  sim::network network{8};
  network.default_link(with(10ms));
  udx::config settings;
  settings.receive_window = 64 * 1024;
  udx_pair pair{network, settings, settings};
  auto data = noise(network.random(), mib);
  pair.b.reading = false;
  pair.a.send(data);
  network.run_for(60s);
  // What waits is bounded by the window and its slack.
  BOOST_TEST(pair.b.stream.counters().octets_in <= settings.receive_window + udx::receive_window_slack);
  BOOST_TEST(pair.a.events.closed == 0);
  BOOST_TEST(pair.a.stream.counters().heartbeats_out > 5u);
  pair.b.reading = true;
  pair.b.drive();
  BOOST_TEST(network.run_until([&] { return pair.b.received.size() == data.size(); }, network.now() + 30s));
  BOOST_TEST((pair.b.received == data));
}

BOOST_AUTO_TEST_CASE(a_resumed_reader_is_found_even_when_its_window_update_is_lost) {
  sim::network network{9};
  network.default_link(with(10ms));
  udx::config settings;
  settings.receive_window = 16 * 1024;
  udx_pair pair{network, settings, settings};
  auto data = noise(network.random(), 200'000);
  pair.b.reading = false;
  pair.a.send(data);
  network.run_for(20s);
  auto dead = with(10ms);
  dead.loss = 1;
  network.link(pair.b.where(), pair.a.where(), dead);
  pair.b.reading = true;
  pair.b.drive();
  network.run_for(100ms);
  network.link(pair.b.where(), pair.a.where(), with(10ms));
  BOOST_TEST(network.run_until([&] { return pair.b.received.size() == data.size(); }, network.now() + 60s));
  BOOST_TEST((pair.b.received == data));
}

BOOST_AUTO_TEST_CASE(the_path_mtu_is_found) {
  for (auto [path, expected] : {std::pair{1500u, 1500u}, std::pair{1400u, 1392u}, std::pair{1200u, 1200u}}) {
    BOOST_TEST_CONTEXT("path MTU " << path) {
      sim::network network{path};
      auto quality = with(10ms);
      quality.mtu = path - 28; // less the IP and UDP headers
      network.default_link(quality);
      udx_pair pair{network};
      exchange(network, pair, 12 * mib, 60s);
      BOOST_TEST(pair.a.stream.stats().mtu == expected);
      BOOST_TEST(pair.b.stream.stats().mtu == expected);
      // A black hole for large packets costs neither a timeout nor the congestion window.
      BOOST_TEST(pair.a.stream.counters().timeouts == 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(on_a_path_of_jumbo_frames_packets_grow_to_them_whatever_is_lost_or_overtaken) {
  for (auto [path, expected] : {std::pair{9000u, 9000u}, std::pair{4000u, 4000u}, std::pair{1500u, 1500u}}) {
    BOOST_TEST_CONTEXT("path MTU " << path) {
      sim::network network{path};
      auto quality = with(1ms);
      quality.mtu = path - 28;
      quality.bytes_per_second = 20'000'000; // hundreds of round trips
      quality.queue_bytes = 100'000;
      quality.loss = 0.01;
      quality.reorder = 0.01;
      network.default_link(quality);
      udx::config settings;
      settings.max_mtu = udx::largest_packet;
      udx_pair pair{network, settings, settings};
      exchange(network, pair, 12 * mib, 60s);
      BOOST_TEST(pair.a.stream.stats().mtu == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_path_that_swallows_large_packets_for_a_while_gets_small_ones_from_then_on) {
  sim::network network{20};
  network.default_link(with(10ms));
  udx_pair pair{network};
  auto data = noise(network.random(), 4 * mib);
  pair.a.send(data);
  BOOST_TEST(network.run_until([&] { return pair.b.received.size() == data.size(); }, network.now() + 60s));
  BOOST_TEST(pair.a.stream.stats().mtu > 1200u);
  auto narrow = with(10ms);
  narrow.mtu = 1172;
  network.default_link(narrow);
  pair.a.send(data);
  network.run_for(5s);
  BOOST_TEST(pair.a.stream.stats().mtu == 1200u);
  network.default_link(with(10ms));
  BOOST_TEST(
      network.run_until([&] { return pair.b.received.size() == 2 * data.size(); }, network.now() + 60s));
  BOOST_TEST(pair.a.stream.stats().mtu == 1200u);
  BOOST_TEST(pair.a.events.closed == 0);
}

BOOST_AUTO_TEST_CASE(a_path_that_has_become_wide_again_is_used_so_after_ten_minutes) {
  sim::network network{21};
  auto narrow = with(10ms);
  narrow.mtu = 1172;
  network.default_link(narrow);
  udx_pair pair{network};
  auto data = noise(network.random(), 100'000);
  auto pass = [&](duration time) {
    for (auto until = network.now() + time; network.now() < until; network.run_for(10s))
      pair.a.send(data);
  };
  pass(1min);
  BOOST_TEST(pair.a.stream.stats().mtu == 1200u);
  network.default_link(with(10ms));
  pass(8min);
  BOOST_TEST(pair.a.stream.stats().mtu == 1200u);
  pass(2min);
  pair.a.send(noise(network.random(), 12 * mib));
  network.run_for(10s);
  BOOST_TEST(pair.a.stream.stats().mtu == 1500u);
  BOOST_TEST(pair.a.stream.counters().timeouts == 0u);
}

BOOST_AUTO_TEST_CASE(a_lost_last_packet_is_repaired_by_a_tail_loss_probe) {
  sim::network network{10};
  network.default_link(with(20ms));
  udx_pair pair{network};
  auto warm_up = noise(network.random(), 5000);
  pair.a.send(warm_up);
  network.run_for(1s);
  auto dead = with(20ms);
  dead.loss = 1;
  network.link(pair.a.where(), pair.b.where(), dead);
  pair.a.send(noise(network.random(), 3000));
  network.link(pair.a.where(), pair.b.where(), with(20ms));
  auto start = network.now();
  BOOST_TEST(network.run_until([&] { return pair.b.received.size() == 8000; }, start + 10s));
  BOOST_TEST((network.now() - start < 500ms));
  BOOST_TEST(pair.a.stream.counters().tail_loss_probes == 1u);
  BOOST_TEST(pair.a.stream.counters().timeouts == 0u);
}

BOOST_AUTO_TEST_CASE(a_silent_peer_is_given_up_after_six_retransmissions) {
  sim::network network{11};
  auto dead = with(20ms);
  dead.loss = 1;
  network.default_link(dead);
  udx_pair pair{network};
  auto start = network.now();
  pair.a.send(as_byte_view("hello"));
  BOOST_TEST(network.run_until([&] { return pair.a.events.closed > 0; }, start + 60s));
  // udx.md section 8: transmissions at 0, 1, 3, 5, 7, 9, 11 s, close at 13 s.
  BOOST_REQUIRE(pair.a.sent_at.size() == 7u);
  std::vector<duration> after;
  for (auto at : pair.a.sent_at)
    after.push_back(at - start);
  BOOST_TEST((after == std::vector<duration>{0s, 1s, 3s, 5s, 7s, 9s, 11s}));
  BOOST_TEST((network.now() - start == 13s));
  BOOST_TEST(pair.a.events.reason == udx::errc::timed_out);
  BOOST_TEST(pair.a.events.finished == 1);
}

BOOST_AUTO_TEST_CASE(an_outage_shorter_than_the_limit_is_survived) {
  sim::network network{12};
  network.default_link(with(20ms));
  udx_pair pair{network};
  auto data = noise(network.random(), 3 * mib);
  pair.a.send(data);
  network.run_for(100ms);
  auto dead = with(20ms);
  dead.loss = 1;
  network.default_link(dead);
  network.run_for(8s);
  network.default_link(with(20ms));
  BOOST_TEST(network.run_until([&] { return pair.b.received.size() == data.size(); }, network.now() + 60s));
  BOOST_TEST((pair.b.received == data));
}

BOOST_AUTO_TEST_CASE(one_side_may_end_while_the_other_goes_on) {
  sim::network network{13};
  network.default_link(with(20ms));
  udx_pair pair{network};
  pair.a.send(as_byte_view("question"));
  pair.a.end();
  network.run_for(5s);
  BOOST_TEST(as_text(pair.b.received) == "question");
  BOOST_TEST(pair.b.events.remote_end == 1);
  BOOST_TEST(pair.a.events.closed == 0);
  auto data = noise(network.random(), mib);
  pair.b.send(data);
  pair.b.end();
  network.run_for(30s);
  BOOST_TEST((pair.a.received == data));
  BOOST_TEST(pair.a.events.closed == 1);
  BOOST_TEST(pair.b.events.closed == 1);
}

BOOST_AUTO_TEST_CASE(a_closed_stream_answers_a_repeated_end_and_is_finished_after_its_linger) {
  sim::network network{14};
  network.default_link(with(20ms));
  udx_pair pair{network};
  pair.a.end();
  network.run_for(1s);
  // b's END arrives and closes a, but a's last ACK is lost.
  auto dead = with(20ms);
  dead.loss = 1;
  network.link(pair.a.where(), pair.b.where(), dead);
  pair.b.end();
  network.run_for(100ms);
  BOOST_TEST(pair.a.events.closed == 1);
  BOOST_TEST(pair.b.events.closed == 0);
  network.link(pair.a.where(), pair.b.where(), with(20ms));
  network.run_for(5s);
  BOOST_TEST(pair.b.events.closed == 1);
  BOOST_TEST(!pair.b.events.reason);
  BOOST_TEST(pair.a.events.finished == 0);
  network.run_for(30s);
  BOOST_TEST(pair.a.events.finished == 1);
  BOOST_TEST(pair.b.events.finished == 1);
  BOOST_TEST(!pair.a.stream.poll_timeout().has_value());
}

BOOST_AUTO_TEST_CASE(destroying_resets_the_peer) {
  sim::network network{15};
  network.default_link(with(20ms));
  udx_pair pair{network};
  pair.a.send(as_byte_view("some"));
  network.run_for(1s);
  pair.a.stream.destroy();
  pair.a.drive();
  network.run_for(1s);
  BOOST_TEST(pair.a.events.reason == udx::errc::aborted);
  BOOST_TEST(pair.a.events.finished == 1);
  BOOST_TEST(pair.b.events.reason == udx::errc::connection_reset);
  BOOST_TEST(pair.b.events.finished == 1);
  BOOST_TEST(pair.b.stream.write(as_byte_view("more")) == 0u);
}

BOOST_AUTO_TEST_CASE(an_idle_stream_keeps_alive_with_heartbeats_only_if_told_to) {
  sim::network network{16};
  network.default_link(with(20ms));
  udx::config settings;
  settings.keep_alive = 10s;
  udx_pair pair{network, settings};
  network.run_for(105s);
  BOOST_TEST(pair.a.stream.counters().heartbeats_out == 10u);
  BOOST_TEST(pair.b.stream.counters().heartbeats_out == 0u);
  BOOST_TEST(pair.b.stream.counters().packets_out == 10u);
  BOOST_TEST(!pair.b.stream.poll_timeout().has_value());
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_over_another_path) {
  sim::network network{17};
  network.default_link(with(20ms));
  udx_pair pair{network};
  auto data = noise(network.random(), 4 * mib);
  pair.a.send(data);
  network.run_for(150ms);
  BOOST_TEST(pair.a.stream.stats().in_flight > 0u);
  // Both move; the old path is dead.
  auto dead = with(20ms);
  dead.loss = 1;
  network.link_both(udx_pair::at_a(), udx_pair::at_b(), dead);
  auto new_a = *endpoint::parse("[2001:db8::1]:1001");
  auto new_b = *endpoint::parse("[2001:db8::2]:2001");
  pair.a.attach(new_a);
  pair.b.attach(new_b);
  pair.a.stream.change_remote(network.now(), new_b, udx_pair::id_b);
  pair.b.stream.change_remote(network.now(), new_a, udx_pair::id_a);
  pair.a.drive();
  pair.b.drive();
  BOOST_TEST(pair.b.events.path_changed == 1); // nothing was in flight from b
  BOOST_TEST(pair.a.events.path_changed == 0);
  BOOST_TEST(network.run_until([&] { return pair.b.received.size() == data.size(); }, network.now() + 60s));
  BOOST_TEST((pair.b.received == data));
  BOOST_TEST(pair.a.events.path_changed == 1);
  BOOST_TEST(pair.a.stream.counters().timeouts == 0u);
}

BOOST_AUTO_TEST_CASE(a_writer_is_told_when_there_is_room_again) {
  sim::network network{18};
  network.default_link(with(20ms));
  udx::config settings;
  settings.send_buffer = 50'000;
  udx_pair pair{network, settings};
  auto data = noise(network.random(), mib);
  pair.a.send(data);
  BOOST_TEST(!pair.a.everything_written());
  BOOST_TEST(network.run_until([&] { return pair.b.received.size() == data.size(); }, network.now() + 60s));
  BOOST_TEST((pair.b.received == data));
  BOOST_TEST(pair.a.events.writable > 10);
}

BOOST_AUTO_TEST_SUITE_END()
