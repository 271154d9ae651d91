#include "tests/sim/session/pair.hpp"

using namespace warren;
using namespace warren::session;
using test::pair;

namespace {

/// A pair with an open topic, whose end 0 is about to send one record.
struct talking : pair {
  topic subject;

  explicit talking(std::uint64_t seed = 1) : pair{seed} {
    start();
    settle();
    subject = open_topic();
    run_for(std::chrono::seconds{1});
  }

  void write(std::string_view text) {
    BOOST_REQUIRE(!ends[0].session->write(channel(0, subject), as_byte_view(text)));
  }

  errc reason(std::size_t end) const {
    BOOST_REQUIRE(ends[end].end);
    return static_cast<errc>(ends[end].end->why.value());
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_records)

BOOST_AUTO_TEST_CASE(a_record_with_any_octet_changed_ends_the_session_and_is_counted) {
  std::size_t size = 0;
  {
    talking t;
    t.tamper = [&](std::size_t end, bytes& data) { size = end == 0 && size == 0 ? data.size() : size; };
    t.write("hello");
    t.settle();
  }
  BOOST_TEST(size > 20);
  for (std::size_t at = 7; at < size; ++at) {
    talking t;
    bool done = false;
    t.tamper = [&](std::size_t end, bytes& data) {
      if (end == 0 && !std::exchange(done, true))
        data[at] ^= static_cast<std::byte>(1u << t.random.below(8));
    };
    t.write("hello");
    t.settle();
    BOOST_REQUIRE((t.reason(1) == errc::tampered_record));
    BOOST_REQUIRE(t.ends[1].session->counters().tampered_record == 1);
    BOOST_REQUIRE(t.ends[1].messages.empty());
    // The other side is told why.
    BOOST_REQUIRE((t.reason(0) == errc::tampered_record));
    BOOST_REQUIRE(t.ends[0].end->by_peer);
  }
}

BOOST_AUTO_TEST_CASE(a_record_header_with_any_bit_changed_never_delivers_the_message) {
  for (std::size_t bit = 0; bit < 7 * 8; ++bit) {
    talking t;
    bool done = false;
    t.tamper = [&](std::size_t end, bytes& data) {
      if (end == 0 && !std::exchange(done, true))
        data[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    };
    t.write("hello");
    t.run_for(std::chrono::seconds{200});
    BOOST_REQUIRE(t.ends[1].messages.empty());
    BOOST_REQUIRE(t.ends[1].end);
  }
}

BOOST_AUTO_TEST_CASE(a_replayed_record_ends_the_session) {
  talking t;
  t.tamper = [](std::size_t end, bytes& data) {
    if (end == 0)
      put(data, bytes{data});
  };
  t.write("hello");
  t.settle();
  BOOST_TEST((t.reason(1) == errc::replayed_record));
  BOOST_TEST(t.ends[1].session->counters().replayed_record == 1);
  BOOST_TEST(t.ends[1].messages.begin()->second.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_dropped_record_ends_the_session_at_the_next) {
  talking t;
  int count = 0;
  t.tamper = [&](std::size_t end, bytes& data) {
    if (end == 0 && count++ == 0)
      data.clear();
  };
  t.write("hello");
  t.settle();
  BOOST_TEST(!t.ends[1].end);
  t.write("world");
  t.settle();
  BOOST_TEST((t.reason(1) == errc::missing_record));
  BOOST_TEST(t.ends[1].session->counters().missing_record == 1);
  BOOST_TEST(t.ends[1].messages.empty());
}

BOOST_AUTO_TEST_CASE(swapped_records_end_the_session) {
  talking t;
  bytes held;
  t.tamper = [&](std::size_t end, bytes& data) {
    if (end != 0)
      return;
    if (held.empty())
      held = std::exchange(data, {});
    else
      put(data, held);
  };
  t.write("hello");
  t.settle();
  t.write("world");
  t.settle();
  BOOST_TEST((t.reason(1) == errc::missing_record));
  BOOST_TEST(t.ends[1].messages.empty());
}

BOOST_AUTO_TEST_CASE(records_too_short_and_frames_out_of_place_end_the_session) {
  auto outcome = [](const bytes& injected) {
    talking t;
    t.tamper = [&](std::size_t end, bytes& data) {
      if (end == 0)
        data = injected;
    };
    t.write("hello");
    t.settle();
    return t.reason(1);
  };
  auto frame = [](wire::pipe_frame_kind kind, std::size_t size) {
    bytes out;
    wire::put_pipe_header(out, kind, size);
    out.resize(out.size() + size);
    return out;
  };
  BOOST_TEST((outcome(frame(wire::pipe_frame_kind::record, 3)) == errc::truncated_record));
  BOOST_TEST((outcome(bytes{std::byte{0}, std::byte{0}}) == errc::malformed_frame));
  BOOST_TEST((outcome(frame(wire::pipe_frame_kind::handshake, 32)) == errc::unexpected_frame));
  BOOST_TEST((outcome(frame(wire::pipe_frame_kind::resume_confirm, 40)) == errc::unexpected_frame));
  BOOST_TEST((outcome(frame(static_cast<wire::pipe_frame_kind>(99), 10)) == errc::unexpected_frame));
}

BOOST_AUTO_TEST_CASE(keys_change_after_so_many_records) {
  pair p;
  p.bounds.rekey_after_records = 3;
  p.start();
  p.settle();
  auto t = p.open_topic();
  for (int i = 0; i < 100; ++i) {
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE(!p.ends[end].session->write(p.channel(end, t), as_byte_view("x")));
    p.settle();
  }
  for (std::size_t end : {0, 1}) {
    BOOST_TEST(p.ends[end].messages[p.channel(end, t)].size() == 100);
    BOOST_TEST(p.ends[end].session->counters().rekeys_out >= 30);
    BOOST_TEST(p.ends[end].session->counters().rekeys_in == p.ends[1 - end].session->counters().rekeys_out);
  }
}

BOOST_AUTO_TEST_CASE(keys_change_after_an_hour) {
  talking t;
  t.write("x");
  t.settle();
  BOOST_TEST(t.ends[0].session->counters().rekeys_out == 0);
  t.run_for(std::chrono::hours{1});
  t.write("y");
  t.settle();
  BOOST_TEST(t.ends[0].session->counters().rekeys_out == 1);
  BOOST_TEST(t.ends[1].session->counters().rekeys_in == 1);
  t.write("z");
  t.settle();
  BOOST_TEST(t.ends[1].messages[t.channel(1, t.subject)].size() == 3);
}

BOOST_AUTO_TEST_CASE(unacknowledged_records_are_bounded_until_an_acknowledgement_comes) {
  pair p;
  p.bounds.receive_window = 16u << 20; // so that credit is not what bounds
  p.budget = 64u << 20;
  p.start();
  p.settle();
  auto t = p.open_topic();
  p.run_for(std::chrono::seconds{1});
  auto before = p.pipes[0].sent[0];
  BOOST_REQUIRE(!p.ends[0].session->write(p.channel(0, t), bytes(15u << 20)));
  p.transmit_from(0);
  auto sent = p.pipes[0].sent[0] - before;
  BOOST_TEST(sent >= p.bounds.retained_bytes);
  BOOST_TEST(sent <= p.bounds.retained_bytes + 65'537);
  BOOST_TEST(!p.transmit_from(0));
  p.settle();
  BOOST_TEST(p.ends[1].messages[p.channel(1, t)].size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
