// Compressed stretches between two channel tables, and from a peer that lies about them.
#include "tests/support/sample_text.hpp"
#include "transports/session/channel_table.hpp"
#include "transports/session/compressor.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace warren;
using namespace warren::session;

namespace {

const time_point now = time_point{} + std::chrono::hours{1};
const topic subject = topic::of("db");

/// One side, and what came out of it.
struct side {
  limits bounds;
  outputs out;
  channel_table table;
  channel_id id = 0;
  bool consumes = true;
  std::vector<bytes> messages;

  side(role which, std::uint32_t window) : table{(bounds.receive_window = window, bounds), which, out} {
    table.start({});
    BOOST_REQUIRE(!table.join(subject, {}));
  }

  void compress() {
    table.negotiate_compression();
    table.use_compression(true);
  }

  void write(bytes content) {
    BOOST_REQUIRE(!table.check_write(id, content.size()));
    table.push(id, shared_octets{std::move(content)});
  }

  void take_events() {
    for (auto& e : out.events) {
      if (auto* opened = std::get_if<channel_opened>(&e))
        id = opened->channel;
      if (auto* m = std::get_if<message>(&e)) {
        if (consumes)
          table.consumed(id, credit_of(m->content.size()));
        messages.push_back(std::move(m->content));
      }
    }
    out.events.clear();
  }

  /// The next record's text, empty when there is nothing to say.
  bytes fill(std::size_t limit) {
    record_text record;
    table.request_opens(now);
    for (; !out.control.empty(); out.control.pop_front())
      wire::put(record.frames(), out.control.front());
    table.fill_windows(record, limit);
    table.fill_data(record, limit);
    BOOST_REQUIRE(record.size() <= limit);
    bytes text;
    for (auto piece : record.pieces())
      put(text, piece);
    return text;
  }

  std::error_code read(byte_view text) {
    byte_reader reader{text};
    while (!reader.rest().empty()) {
      auto frame = wire::take_frame(reader);
      BOOST_REQUIRE(frame);
      auto violated = std::visit(
          [&](const auto& f) -> std::error_code {
            if constexpr (requires { table.on_frame(now, f); })
              return table.on_frame(now, f);
            else
              return {};
          },
          *frame);
      if (violated)
        return violated;
      take_events();
    }
    return {};
  }
};

struct two_tables {
  side a;
  side b;
  std::size_t octets = 0;

  explicit two_tables(std::uint32_t window = 1u << 20)
      : a{role::initiator, window}, b{role::responder, window} {}

  /// Lets records of `limit` octets pass until nobody has anything to say.
  void run(std::size_t limit = wire::max_record_text) {
    for (bool any = true; any;) {
      any = false;
      for (auto [from, to] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
        auto text = from->fill(limit);
        any = any || !text.empty();
        octets += text.size();
        BOOST_REQUIRE(!to->read(text));
      }
    }
  }

  void open() {
    run();
    a.compress();
    b.compress();
    octets = 0;
  }
};

/// The receiving side with a peer played by hand that has credit for one mebibyte.
struct by_hand {
  two_tables pair;
  side& b = pair.b;
  channel_id id = 0;

  by_hand() {
    pair.open();
    id = b.id;
    b.consumes = false;
  }

  std::error_code packed(std::size_t size, std::size_t octets) {
    return b.table.on_frame(
        now, wire::channel_packed{id, static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(octets)});
  }

  std::error_code data(byte_view content, bool end) {
    auto result = b.table.on_frame(now, wire::channel_data{id, end, content});
    b.take_events();
    return result;
  }
};

bytes zeros_packed(std::size_t size) {
  return *compress(bytes(size), size);
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_compressed_channels)

BOOST_AUTO_TEST_CASE(messages_of_all_sizes_and_kinds_arrive_as_they_were) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    test::seeded_random random{seed};
    two_tables t{static_cast<std::uint32_t>(16'384 + random.below(1u << 20))};
    t.open();
    std::vector<bytes> sent;
    for (int i = 0; i < 12; ++i) {
      auto size = random.below(std::size_t{1} << random.below(20));
      auto half = random.below(size + 1);
      auto content = test::sample_text(random, half);
      put(content, random.below(2) == 0 ? test::sample_noise(random, size - half) : bytes(size - half));
      sent.push_back(content);
    }
    auto limit = 200 + random.below(wire::max_record_text - 200);
    for (const auto& content : sent) {
      if (t.a.table.check_write(t.a.id, content.size()))
        t.run(limit);
      t.a.write(content);
      t.a.table.use_compression(random.below(8) != 0);
    }
    t.run(limit);
    BOOST_TEST_REQUIRE((t.b.messages == sent));
    BOOST_TEST(t.a.table.drained());
    BOOST_TEST(t.a.table.queued(t.a.id) == 0u);
    BOOST_TEST(t.a.out.counters.compressed_out == t.b.out.counters.compressed_in);
    BOOST_TEST(t.a.out.counters.compression_saved_out == t.b.out.counters.compression_saved_in);
  }
}

BOOST_AUTO_TEST_CASE(the_longest_message_arrives_compressed_in_stretches) {
  test::seeded_random random{1};
  for (std::uint32_t window : {16'384u, 1u << 20}) {
    two_tables t{window};
    t.open();
    auto content = test::sample_text(random, max_message);
    t.a.write(content);
    t.run();
    BOOST_TEST_REQUIRE((t.b.messages == std::vector<bytes>{content}));
    BOOST_TEST(t.a.out.counters.compressed_out >= max_message / max_stretch);
    BOOST_TEST(t.octets < max_message / 2);
  }
}

BOOST_AUTO_TEST_CASE(short_messages_go_as_they_are) {
  two_tables t;
  t.open();
  for (std::size_t size = 0; size < compression_policy::least; size += 73)
    t.a.write(bytes(size));
  t.run();
  BOOST_TEST(t.a.out.counters.compressed_out == 0u);
  BOOST_TEST(t.a.out.counters.compression_in_vain == 0u);
  t.a.write(bytes(compression_policy::least));
  t.run();
  BOOST_TEST(t.a.out.counters.compressed_out == 1u);
}

BOOST_AUTO_TEST_CASE(what_does_not_shrink_is_tried_a_few_times_and_then_hardly_ever) {
  test::seeded_random random{2};
  two_tables t;
  t.open();
  auto sealed = test::sample_noise(random, 64 * 1024);
  for (int i = 0; i < 1024; ++i) {
    t.a.write(sealed);
    t.run();
  }
  BOOST_TEST(t.a.out.counters.compressed_out == 0u);
  BOOST_TEST(t.a.out.counters.compression_in_vain <= 12u);
}

BOOST_AUTO_TEST_CASE(a_channel_learns_from_its_own_messages_only) {
  test::seeded_random random{3};
  two_tables t;
  auto other = topic::of("other");
  BOOST_REQUIRE(!t.a.table.join(other, {}));
  BOOST_REQUIRE(!t.b.table.join(other, {}));
  t.open();
  auto second = t.a.id;
  auto first = second == 1 ? 2u : 1u;
  for (int i = 0; i < 10; ++i) {
    t.a.table.push(first, shared_octets{test::sample_noise(random, 20'000)});
    t.a.table.push(second, shared_octets{test::sample_text(random, 20'000)});
  }
  t.run();
  BOOST_TEST(t.a.out.counters.compressed_out == 10u);
  BOOST_TEST(t.a.out.counters.compression_in_vain <= 3u);
}

BOOST_AUTO_TEST_CASE(what_is_not_compressed_is_not_copied_either) {
  two_tables t;
  t.open();
  t.a.table.use_compression(false);
  auto content = std::make_shared<const bytes>(10'000);
  t.a.table.push(t.a.id, {content, *content});
  record_text record;
  t.a.table.fill_data(record, wire::max_record_text);
  auto pieces = record.pieces();
  BOOST_REQUIRE(pieces.size() == 2u);
  BOOST_TEST(pieces[1].data() == content->data());
}

BOOST_AUTO_TEST_CASE(a_compressed_message_uses_up_the_credit_of_the_octets_it_stands_for) {
  two_tables t{200'000};
  t.open();
  t.b.consumes = false;
  for (int i = 0; i < 10; ++i)
    t.a.write(bytes(100'000));
  t.run();
  // Credit of a message that is not complete comes back at once, of complete ones when they are consumed.
  BOOST_TEST(t.b.messages.size() == 2u);
  t.b.table.consumed(t.b.id, 2 * credit_of(100'000));
  t.run();
  BOOST_TEST(t.b.messages.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_frame_about_a_compressed_stretch_where_nobody_compresses_is_a_violation) {
  two_tables t;
  t.run();
  BOOST_TEST((t.b.table.on_frame(now, wire::channel_packed{t.b.id, 1000, 100}) == errc::unexpected_frame));
  BOOST_TEST((t.b.table.on_frame(now, wire::channel_packed{99, 1000, 100}) == errc::unexpected_frame));
  t.a.table.use_compression(true); // without negotiation
  t.a.write(bytes(100'000));
  t.run();
  BOOST_TEST(t.b.messages.size() == 1u);
  BOOST_TEST(t.a.out.counters.compressed_out == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_stretch_by_hand_is_understood_in_one_frame_and_in_many, by_hand) {
  auto frame = zeros_packed(100'000);
  BOOST_REQUIRE(!packed(100'000, frame.size()));
  BOOST_REQUIRE(!data(frame, true));
  BOOST_REQUIRE(!packed(100'000, frame.size()));
  for (auto octet : frame)
    BOOST_REQUIRE(!data({&octet, 1}, false));
  BOOST_REQUIRE(!data(as_byte_view("plain"), false));
  BOOST_REQUIRE(!data({}, true));
  BOOST_REQUIRE(b.messages.size() == 2u);
  BOOST_TEST((b.messages[0] == bytes(100'000)));
  auto second = bytes(100'000);
  put(second, as_byte_view("plain"));
  BOOST_TEST((b.messages[1] == second));
}

BOOST_FIXTURE_TEST_CASE(a_stretch_beyond_the_credit_is_a_violation_before_anything_comes_of_it, by_hand) {
  auto frame = zeros_packed(max_stretch);
  std::error_code violated;
  std::size_t taken = 0;
  for (int i = 0; i < 20 && !violated; ++i) {
    violated = packed(max_stretch, frame.size());
    if (!violated) {
      BOOST_REQUIRE(!data(frame, true));
      taken += max_stretch;
    }
  }
  BOOST_TEST((violated == errc::flow_control_violation));
  BOOST_TEST(taken < b.bounds.receive_window);
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_compressed_message_costs_as_any_other, by_hand) {
  auto frame = zeros_packed(max_stretch);
  for (int i = 0; i < 7; ++i) {
    BOOST_REQUIRE(!packed(max_stretch, frame.size()));
    BOOST_REQUIRE(!data(frame, true));
  }
  auto rest = b.bounds.receive_window - 7 * credit_of(max_stretch);
  frame = zeros_packed(rest);
  BOOST_REQUIRE(!packed(rest, frame.size()));
  BOOST_TEST((data(frame, true) == errc::flow_control_violation));
}

BOOST_FIXTURE_TEST_CASE(a_message_of_compressed_stretches_is_no_longer_than_another, by_hand) {
  auto frame = zeros_packed(max_stretch);
  std::error_code violated;
  std::size_t stretches = 0;
  for (; !violated && stretches < 200; ++stretches) {
    violated = packed(max_stretch, frame.size());
    if (!violated)
      BOOST_REQUIRE(!data(frame, false));
    record_text record;
    b.table.fill_windows(record, 1000); // its credit comes back at once
  }
  BOOST_TEST((violated == errc::message_too_large));
  BOOST_TEST(stretches == max_message / max_stretch + 1);
}

BOOST_FIXTURE_TEST_CASE(a_stretch_that_is_too_long_or_does_not_shrink_is_a_violation, by_hand) {
  BOOST_TEST((packed(max_stretch + 1, 100) == errc::oversized_frame));
  BOOST_TEST((packed(0xffffffff, 100) == errc::oversized_frame));
  BOOST_TEST((packed(100, 100) == errc::malformed_frame));
  BOOST_TEST((packed(100, 0xffffffff) == errc::malformed_frame));
  BOOST_TEST((packed(100, 0) == errc::malformed_frame));
  BOOST_TEST((packed(0, 0) == errc::malformed_frame));
}

BOOST_FIXTURE_TEST_CASE(nothing_but_the_octets_of_the_stretch_comes_within_it, by_hand) {
  auto frame = zeros_packed(1000);
  BOOST_REQUIRE(!packed(1000, frame.size()));
  BOOST_TEST((packed(1000, frame.size()) == errc::unexpected_frame));
  BOOST_TEST((b.table.on_frame(now, wire::channel_finish{id}) == errc::unexpected_frame));
  BOOST_TEST((data({}, false) == errc::malformed_frame));
  BOOST_TEST((data({}, true) == errc::malformed_frame));
  BOOST_TEST((data(byte_view{frame}.first(5), true) == errc::malformed_frame));
  auto longer = frame;
  longer.push_back(std::byte{0});
  BOOST_TEST((data(longer, true) == errc::malformed_frame));
  BOOST_TEST(!data(frame, true));
}

BOOST_FIXTURE_TEST_CASE(octets_that_give_more_or_less_than_announced_are_a_violation, by_hand) {
  auto frame = zeros_packed(1000);
  for (auto lie : {999u, 1001u, 100'000u}) {
    by_hand fresh;
    BOOST_REQUIRE(!fresh.packed(lie, frame.size()));
    BOOST_TEST((fresh.data(frame, true) == errc::bad_compression));
  }
  auto garbled = frame;
  garbled[0] ^= std::byte{1};
  BOOST_REQUIRE(!packed(1000, garbled.size()));
  BOOST_REQUIRE(!data(byte_view{garbled}.first(3), false));
  BOOST_TEST((data(byte_view{garbled}.subspan(3), false) == errc::bad_compression));
}

BOOST_AUTO_TEST_CASE(nothing_compressed_is_kept_once_its_octets_are_there) {
  channel c{1, subject, 1u << 20};
  auto frame = zeros_packed(100'000);
  BOOST_REQUIRE(!c.on_packed(100'000, frame.size()));
  BOOST_REQUIRE(bool(c.on_data(byte_view{frame}.first(5), false, nullptr)));
  BOOST_TEST(!c.unpacking.packed.empty());
  BOOST_REQUIRE(bool(c.on_data(byte_view{frame}.subspan(5), false, nullptr)));
  BOOST_TEST((c.assembling == bytes(100'000)));
  BOOST_TEST(c.unpacking.packed.capacity() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_finished_channel_brings_no_stretch, by_hand) {
  BOOST_REQUIRE(!b.table.on_frame(now, wire::channel_finish{id}));
  BOOST_TEST((packed(1000, 100) == errc::unexpected_frame));
}

BOOST_FIXTURE_TEST_CASE(what_still_comes_of_a_stretch_after_the_topic_was_left_is_dropped, by_hand) {
  auto frame = zeros_packed(1000);
  BOOST_REQUIRE(!packed(1000, frame.size()));
  BOOST_REQUIRE(!data(byte_view{frame}.first(5), false));
  b.table.leave(subject);
  BOOST_TEST(!data(byte_view{frame}.subspan(5), true));
  BOOST_TEST(!packed(1000, frame.size()));
  BOOST_TEST(!data(as_byte_view("anything"), true));
  BOOST_TEST(b.messages.empty());
}

BOOST_AUTO_TEST_SUITE_END()
