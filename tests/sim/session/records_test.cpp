#include "tests/sim/session/talking.hpp"
#include "tests/support/sample_text.hpp"
#include "transports/session/record_layer.hpp"

using namespace warren;
using namespace warren::session;
using test::pair;

namespace {

/// A pair with an open topic, whose end 0 is about to send one record.
struct about_to_send : test::talking {
  explicit about_to_send(std::uint64_t seed = 1) : talking{seed} { run_for(std::chrono::seconds{1}); }

  void write(std::string_view text) {
    BOOST_REQUIRE(!ends[0].session->write(channel(0, subject), as_byte_view(text)));
  }

  /// Messages that cannot be compressed.
  void write_noise(int messages, std::size_t size) {
    for (int i = 0; i < messages; ++i)
      BOOST_REQUIRE(!ends[0].session->write(channel(0, subject), test::sample_noise(random, size)));
  }

  errc reason(std::size_t end) const {
    BOOST_REQUIRE(ends[end].end);
    return static_cast<errc>(ends[end].end->why.value());
  }

  /// Checks that the only pipe was given up for `why`, and that all written arrives once over the next one.
  void check_pipe_ended_alone(errc why, std::vector<std::string_view> written) {
    auto released = ends[1].all<pipe_released>();
    BOOST_REQUIRE(released.size() == 1u);
    BOOST_REQUIRE((released.front().why == why));
    BOOST_REQUIRE(ends[1].session->counters().garbled_pipes == 1u);
    tamper = {};
    check_arrives_over_another_pipe(written);
  }

  void check_arrives_over_another_pipe(const std::vector<std::string_view>& written) {
    for (const auto& end : ends) {
      BOOST_REQUIRE(!end.end);
      BOOST_REQUIRE(!end.session->active_pipe());
    }
    connect(0);
    settle();
    std::vector<bytes> expected;
    for (auto text : written)
      expected.push_back(to_bytes(as_byte_view(text)));
    BOOST_REQUIRE((ends[1].messages[channel(1, subject)] == expected));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_records)

BOOST_AUTO_TEST_CASE(a_record_with_any_octet_changed_ends_its_pipe_alone_and_is_counted) {
  std::size_t size = 0;
  {
    about_to_send t;
    t.tamper = [&](std::size_t end, bytes& data) { size = end == 0 && size == 0 ? data.size() : size; };
    t.write("hello");
    t.settle();
  }
  BOOST_TEST(size > 20);
  for (std::size_t at = 7; at < size; ++at) {
    about_to_send t;
    bool done = false;
    t.tamper = [&](std::size_t end, bytes& data) {
      if (end == 0 && !std::exchange(done, true))
        data[at] ^= static_cast<std::byte>(1u << t.random.below(8));
    };
    t.write("hello");
    t.settle();
    BOOST_REQUIRE(t.ends[1].session->counters().tampered_record == 1);
    BOOST_REQUIRE(t.ends[1].messages.empty());
    t.check_pipe_ended_alone(errc::tampered_record, {"hello"});
  }
}

BOOST_AUTO_TEST_CASE(a_train_of_large_messages_is_cut_into_records_of_whole_strides_of_the_cipher) {
  about_to_send t;
  std::vector<std::size_t> texts;
  t.tamper = [&](std::size_t end, bytes& data) {
    if (end == 0)
      texts.push_back(data.size() - wire::record_header_size - wire::seal_size);
  };
  t.write_noise(12, 64 * 1024);
  t.settle();
  BOOST_TEST(t.ends[1].messages[t.channel(1, t.subject)].size() == 12u);
  auto long_ones = std::ranges::count(texts, longest_text);
  BOOST_TEST(longest_text % crypto::chacha20_poly1305::stride == 0u);
  BOOST_TEST(long_ones >= 11);
  BOOST_TEST(
      texts.size() - static_cast<std::size_t>(long_ones) <= 2u); // the last one, and an acknowledgement
}

BOOST_AUTO_TEST_CASE(a_pipe_that_takes_little_is_filled_with_as_few_records_as_that_needs) {
  for (auto [room, records] :
       {std::pair{100u, 1u}, {1'500u, 1u}, {20'000u, 1u}, {65'431u, 1u}, {262'144u, 5u}}) {
    about_to_send t;
    t.write_noise(1, 512 * 1024);
    auto& session = *t.ends[0].session;
    session.pipe_writable(*session.active_pipe(), room);
    std::size_t octets = 0;
    auto sealed = session.counters().records_out;
    while (auto out = session.poll_transmit(t.now))
      octets += out->data.size();
    BOOST_TEST(octets == room);
    BOOST_TEST(session.counters().records_out - sealed == records, room << " octets");
  }
}

BOOST_AUTO_TEST_CASE(four_channels_that_have_much_to_send_share_each_record) {
  about_to_send t;
  std::vector<channel_id> channels{t.channel(0, t.subject)};
  for (auto name : {"second", "third", "fourth"}) {
    auto next = topic::of(name);
    for (auto& end : t.ends)
      BOOST_REQUIRE(!end.session->join_topic(next, {}));
    t.settle();
    channels.push_back(t.channel(0, next));
  }
  for (auto channel : channels)
    BOOST_REQUIRE(!t.ends[0].session->write(channel, test::sample_noise(t.random, 128 * 1024)));
  auto& session = *t.ends[0].session;
  session.pipe_writable(
      *session.active_pipe(), 4 * (longest_text + wire::record_header_size + wire::seal_size));
  while (session.poll_transmit(t.now))
    ;
  for (auto channel : channels) {
    auto left = session.queued(channel);
    BOOST_TEST(left <= 128 * 1024 - 4 * (longest_text / 4 - 200));
    BOOST_TEST(left >= 128 * 1024 - 4 * (longest_text / 4));
  }
}

BOOST_AUTO_TEST_CASE(a_garbled_pipe_gives_way_to_one_that_stands_by) {
  about_to_send t;
  t.connect(0);
  t.settle();
  BOOST_REQUIRE(t.ends[1].has<pipe_standby>());
  bool done = false;
  t.tamper = [&](std::size_t end, bytes& data) {
    if (end == 0 && !std::exchange(done, true))
      data.back() ^= std::byte{1};
  };
  t.write("hello");
  t.settle();
  BOOST_TEST(t.ends[1].session->counters().garbled_pipes == 1u);
  for (const auto& end : t.ends) {
    BOOST_TEST(!end.has<pipe_needed>());
    BOOST_TEST(!end.end);
  }
  BOOST_TEST(t.ends[1].messages[t.channel(1, t.subject)].size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_session_whose_every_pipe_is_garbled_ends_after_some) {
  about_to_send t;
  auto garble = [&](std::size_t end, bytes& data) {
    // Of what lies on a pipe that resumes only the records: a resume that is changed fails by itself.
    if (end == 0 && data.size() > 7 && data[2] == static_cast<std::byte>(wire::pipe_frame_kind::record))
      data.back() ^= std::byte{1};
  };
  t.tamper = garble;
  t.write("hello");
  auto pipes = 0u;
  for (t.settle(); !t.ends[1].end && pipes <= t.bounds.garbled_pipes; ++pipes) {
    t.connect(0);
    t.settle();
  }
  BOOST_TEST(pipes == t.bounds.garbled_pipes);
  BOOST_TEST((t.reason(1) == errc::tampered_record));
  BOOST_TEST(t.ends[1].session->counters().tampered_record == pipes + 1);
  BOOST_TEST(t.ends[1].messages.empty());
  // The other side is told why.
  BOOST_TEST((t.reason(0) == errc::tampered_record));
  BOOST_TEST(t.ends[0].end->by_peer);
}

BOOST_AUTO_TEST_CASE(a_garbled_pipe_now_and_then_ends_no_session) {
  about_to_send t;
  std::vector<std::string_view> written;
  for (auto i = 0u; i < 3 * t.bounds.garbled_pipes; ++i) {
    bool done = false;
    t.tamper = [&](std::size_t end, bytes& data) {
      if (end == 0 && !std::exchange(done, true))
        data.back() ^= std::byte{1};
    };
    t.write("hello");
    written.push_back("hello");
    t.settle();
    t.check_arrives_over_another_pipe(written);
    t.run_for(t.bounds.garbled_pipe_interval);
  }
}

BOOST_AUTO_TEST_CASE(a_record_header_with_any_bit_changed_costs_the_pipe_and_no_message) {
  for (std::size_t bit = 0; bit < 7 * 8; ++bit) {
    about_to_send t;
    bool done = false;
    t.tamper = [&](std::size_t end, bytes& data) {
      if (end == 0 && !std::exchange(done, true))
        data[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    };
    t.write("hello");
    // A length that is too large shows by silence only, to the receiver once its own ping is not answered.
    t.run_for(std::chrono::seconds{45});
    BOOST_REQUIRE(t.ends[1].messages.empty());
    t.check_arrives_over_another_pipe({"hello"});
  }
}

BOOST_AUTO_TEST_CASE(a_replayed_record_ends_its_pipe) {
  about_to_send t;
  t.tamper = [](std::size_t end, bytes& data) {
    if (end == 0)
      put(data, bytes{data});
  };
  t.write("hello");
  t.settle();
  BOOST_TEST(t.ends[1].session->counters().replayed_record == 1);
  t.check_pipe_ended_alone(errc::replayed_record, {"hello"});
}

BOOST_AUTO_TEST_CASE(a_dropped_record_ends_its_pipe_at_the_next) {
  about_to_send t;
  int count = 0;
  t.tamper = [&](std::size_t end, bytes& data) {
    if (end == 0 && count++ == 0)
      data.clear();
  };
  t.write("hello");
  t.settle();
  BOOST_TEST(!t.ends[1].has<pipe_released>());
  t.write("world");
  t.settle();
  BOOST_TEST(t.ends[1].session->counters().missing_record == 1);
  BOOST_TEST(t.ends[1].messages.empty());
  t.check_pipe_ended_alone(errc::missing_record, {"hello", "world"});
}

BOOST_AUTO_TEST_CASE(swapped_records_end_their_pipe) {
  about_to_send t;
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
  BOOST_TEST(t.ends[1].messages.empty());
  t.check_pipe_ended_alone(errc::missing_record, {"hello", "world"});
}

BOOST_AUTO_TEST_CASE(records_too_short_and_frames_out_of_place_end_their_pipe) {
  auto check = [](const bytes& injected, errc why) {
    about_to_send t;
    t.tamper = [&](std::size_t end, bytes& data) {
      if (end == 0)
        data = injected;
    };
    t.write("hello");
    t.settle();
    t.check_pipe_ended_alone(why, {"hello"});
  };
  auto frame = [](wire::pipe_frame_kind kind, std::size_t size) {
    bytes out;
    wire::put_pipe_header(out, kind, size);
    out.resize(out.size() + size);
    return out;
  };
  check(frame(wire::pipe_frame_kind::record, 3), errc::truncated_record);
  check(bytes{std::byte{0}, std::byte{0}}, errc::malformed_frame);
  check(frame(wire::pipe_frame_kind::handshake, 32), errc::unexpected_frame);
  check(frame(wire::pipe_frame_kind::resume_confirm, 40), errc::unexpected_frame);
  check(frame(static_cast<wire::pipe_frame_kind>(99), 10), errc::unexpected_frame);
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
  about_to_send t;
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
  BOOST_REQUIRE(!p.ends[0].session->write(p.channel(0, t), p.noise(15u << 20)));
  p.transmit_from(0);
  auto sent = p.pipes[0].sent[0] - before;
  BOOST_TEST(sent >= p.bounds.retained_bytes);
  BOOST_TEST(sent <= p.bounds.retained_bytes + 65'537);
  BOOST_TEST(!p.transmit_from(0));
  p.settle();
  BOOST_TEST(p.ends[1].messages[p.channel(1, t)].size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
