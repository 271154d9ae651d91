#include "tests/sim/session/pair.hpp"
#include "tests/support/sample_text.hpp"

using namespace warren;
using namespace warren::session;

namespace {

constexpr auto always = ~std::uint64_t{0};

/// A pair that writes text on one topic and knows what must have arrived.
struct texts : test::pair {
  topic subject;
  std::vector<bytes> sent[2];

  explicit texts(std::uint64_t seed = 1, std::uint64_t below = always) : pair{seed} {
    bounds.compress_below = below;
    start();
    settle();
    subject = open_topic();
  }

  void write(std::size_t end, bytes content) {
    sent[end].push_back(std::move(content));
    BOOST_REQUIRE(!ends[end].session->write(channel(end, subject), sent[end].back()));
  }

  void write_text(std::size_t end, std::size_t size) { write(end, test::sample_text(random, size)); }

  const counters& counted(std::size_t end) { return ends[end].session->counters(); }

  void check_everything_arrived_once() {
    for (std::size_t end : {0, 1}) {
      BOOST_REQUIRE(!ends[end].end);
      BOOST_REQUIRE((ends[end].messages[channel(end, subject)] == sent[1 - end]));
    }
  }

  /// One round trip that takes `time` and brings at most `octets` across.
  void round_trip(duration time, std::size_t octets) {
    budget = octets;
    transmit_from(0);
    now += time / 2;
    deliver(1);
    transmit_from(1);
    now += time / 2;
    deliver(0);
  }

  void deliver(std::size_t end) {
    while (deliver_to(end))
      ;
  }
};

/// Old programs know nothing of it, and set no bit.
config without_compression(config c) {
  c.limits.compression = false;
  return c;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_compression)

BOOST_AUTO_TEST_CASE(text_crosses_compressed_both_ways) {
  texts t;
  auto before = t.counted(0).bytes_out;
  for (std::size_t size : {600u, 5'000u, 300'000u})
    for (std::size_t end : {0, 1})
      t.write_text(end, size);
  t.settle();
  t.check_everything_arrived_once();
  BOOST_TEST(t.counted(0).bytes_out - before < 305'600u / 2);
  for (std::size_t end : {0, 1}) {
    BOOST_TEST(t.counted(end).compressed_out == 2 + 3u);
    BOOST_TEST(t.counted(end).compressed_in == 2 + 3u);
    BOOST_TEST(t.counted(end).compression_saved_out > 305'600u / 2);
    BOOST_TEST(t.counted(end).compression_saved_in == t.counted(1 - end).compression_saved_out);
  }
}

BOOST_AUTO_TEST_CASE(towards_a_peer_that_does_not_compress_everything_goes_as_it_is) {
  for (std::size_t old : {0, 1}) {
    texts t;
    for (auto& end : t.ends)
      end = {};
    t.pipes.clear();
    auto a = t.make_config(0);
    auto b = t.make_config(1);
    t.start(
        old == 0 ? without_compression(std::move(a)) : std::move(a),
        old == 1 ? without_compression(std::move(b)) : std::move(b));
    t.settle();
    t.subject = t.open_topic();
    for (std::size_t end : {0, 1})
      t.write_text(end, 100'000);
    t.settle();
    t.check_everything_arrived_once();
    for (std::size_t end : {0, 1}) {
      BOOST_TEST(t.counted(end).compressed_out == 0u);
      BOOST_TEST(t.counted(end).compression_in_vain == 0u);
      BOOST_TEST(t.counted(end).bytes_out > 100'000u);
    }
  }
}

BOOST_AUTO_TEST_CASE(sealed_messages_go_as_they_are_and_are_hardly_tried) {
  texts t;
  for (int i = 0; i < 200; ++i) {
    t.write(0, t.noise(20'000));
    t.settle();
  }
  t.check_everything_arrived_once();
  BOOST_TEST(t.counted(0).compressed_out == 0u);
  BOOST_TEST(t.counted(0).compression_in_vain <= 8u);
}

BOOST_AUTO_TEST_CASE(on_a_fast_path_only_what_goes_before_the_first_acknowledgement_is_compressed) {
  using std::chrono::milliseconds;
  texts t{1, 10'000'000};
  std::uint64_t compressed_first = 0;
  for (int i = 0; i < 50; ++i) {
    t.write_text(0, 500'000);
    t.round_trip(milliseconds{10}, 1'000'000); // 50 MB/s
    if (i == 0)
      compressed_first = t.counted(0).compressed_out;
    t.round_trip(milliseconds{10}, 1'000'000);
  }
  t.settle();
  t.check_everything_arrived_once();
  BOOST_TEST(compressed_first > 0u);
  BOOST_TEST(t.counted(0).compressed_out == compressed_first);
}

BOOST_AUTO_TEST_CASE(on_a_path_that_became_slow_messages_are_compressed_again) {
  using std::chrono::milliseconds;
  texts t{1, 10'000'000};
  t.write_text(0, 500'000);
  t.settle(); // nothing takes time: as fast as can be
  auto before = t.counted(0).compressed_out;
  t.cut(t.pipes[0]);
  t.connect(0);
  for (int i = 0; i < 10; ++i)
    t.round_trip(milliseconds{50}, 20'000);
  for (int i = 0; i < 20; ++i) {
    t.write_text(0, 100'000);
    for (int round = 0; round < 10; ++round)
      t.round_trip(milliseconds{50}, 20'000); // 400 kB/s
  }
  t.settle();
  t.check_everything_arrived_once();
  BOOST_TEST(t.counted(0).compressed_out >= before + 20);
}

BOOST_AUTO_TEST_CASE(compressed_messages_come_whole_and_once_wherever_the_pipe_breaks) {
  std::uint64_t whole = 0;
  std::uint64_t compressed = 0;
  auto run = [&](std::uint64_t cut_after, std::uint64_t seed) {
    texts t{seed};
    auto start = t.pipes[0].sent[0] + t.pipes[0].sent[1];
    t.pipes[0].cut_after = cut_after == 0 ? always : start + cut_after;
    t.piece = 64;
    t.budget = 300;
    for (std::size_t size : {10u, 2'500u, 0u, 700u})
      for (std::size_t end : {0, 1})
        t.write_text(end, size);
    t.write(0, t.noise(600));
    t.settle();
    if (cut_after == 0) {
      whole = t.pipes[0].sent[0] + t.pipes[0].sent[1] - start;
      compressed = t.counted(0).compressed_out;
      return;
    }
    t.cut(t.pipes[0]);
    t.connect(seed % 2);
    t.settle();
    t.check_everything_arrived_once();
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE(t.counted(end).compressed_in == t.counted(1 - end).compressed_out);
  };
  run(0, 1);
  BOOST_TEST(compressed == 2u);
  BOOST_TEST(whole > 2000);
  for (std::uint64_t at = 1; at <= whole; ++at)
    run(at, at);
}

BOOST_AUTO_TEST_CASE(a_stretch_half_sent_goes_on_over_the_standby) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    texts t{seed};
    t.write_text(0, 100); // for a round-trip time
    t.settle();
    t.connect(0);
    t.settle();
    auto& used = t.pipes[1];
    used.silent = true;
    used.cut_after = used.sent[0] + used.sent[1] + 1 + t.random.below(60'000);
    t.write_text(0, 400'000);
    t.write_text(0, 2'000);
    t.run_for(t.bounds.suspect_at_least + std::chrono::seconds{1});
    t.check_everything_arrived_once();
    BOOST_TEST(t.counted(0).compressed_out > 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_session_that_closes_sends_what_is_compressed_and_what_is_not) {
  texts t;
  t.write_text(0, 700'000);
  t.write(0, t.noise(1000));
  t.ends[0].session->close(t.now, errc::closed_normally);
  t.settle();
  BOOST_REQUIRE(t.ends[0].end);
  BOOST_TEST(!t.ends[0].end->unconfirmed);
  BOOST_TEST((t.ends[1].messages[t.channel(1, t.subject)] == t.sent[0]));
}

BOOST_AUTO_TEST_SUITE_END()
