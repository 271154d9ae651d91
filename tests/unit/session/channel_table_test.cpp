#include "transports/session/channel_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::session;

namespace {

/// A table that plays the responder; the test plays the peer by hand.
struct fixture {
  time_point now = time_point{} + std::chrono::hours{1};
  limits bounds;
  outputs out;
  channel_table table{bounds, role::responder, out};
  std::array<std::byte, 32> hash{};
  topic subject = topic::of("db");

  fixture() { table.start(hash); }

  template <class Frame>
  std::vector<Frame> queued() const {
    std::vector<Frame> found;
    for (const auto& f : out.control)
      if (auto* hit = std::get_if<Frame>(&f))
        found.push_back(*hit);
    return found;
  }

  template <class Event>
  std::vector<Event> told() const {
    std::vector<Event> found;
    for (const auto& e : out.events)
      if (auto* hit = std::get_if<Event>(&e))
        found.push_back(*hit);
    return found;
  }

  wire::mac proof(role who) const { return topic_proof(hash, who, subject, {}); }

  /// The peer opens the topic, which is joined here.
  channel_id open() {
    BOOST_REQUIRE(!table.join(subject, {}));
    BOOST_REQUIRE(!table.on_frame(now, wire::channel_open{77, proof(role::initiator), 1000}));
    auto* opened = std::get_if<channel_opened>(&out.events.back());
    BOOST_REQUIRE(opened);
    return opened->channel;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_tables, fixture)

BOOST_AUTO_TEST_CASE(an_open_with_the_right_proof_is_accepted_with_our_own) {
  auto id = open();
  BOOST_REQUIRE(out.control.size() == 1);
  auto accept = std::get<wire::channel_accept>(out.control.front());
  BOOST_TEST(accept.channel == 77);
  BOOST_TEST(accept.sender_channel == id);
  BOOST_TEST((accept.proof == proof(role::responder)));
  BOOST_TEST((accept.proof != proof(role::initiator)));
}

BOOST_AUTO_TEST_CASE(our_own_proof_sent_back_opens_nothing) {
  BOOST_REQUIRE(!table.join(subject, {}));
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_open{77, proof(role::responder), 1000}));
  BOOST_TEST(std::holds_alternative<wire::channel_refuse>(out.control.front()));
  BOOST_TEST(out.events.empty());
}

BOOST_AUTO_TEST_CASE(an_accept_without_a_proof_is_a_violation) {
  BOOST_REQUIRE(!table.join(subject, {}));
  table.request_opens(now);
  auto own = std::get<wire::channel_open>(out.control.front()).sender_channel;
  BOOST_TEST((table.on_frame(now, wire::channel_accept{own, 5, {}, 100}) == errc::bad_topic_proof));
  BOOST_TEST(
      (table.on_frame(now, wire::channel_accept{own, 5, proof(role::responder), 100})
       == errc::bad_topic_proof));
  BOOST_TEST(!table.on_frame(now, wire::channel_accept{own, 5, proof(role::initiator), 100}));
  BOOST_TEST(
      (table.on_frame(now, wire::channel_accept{own, 5, proof(role::initiator), 100})
       == errc::unexpected_frame));
}

BOOST_AUTO_TEST_CASE(frames_about_channels_that_are_not_there_are_violations) {
  BOOST_TEST((table.on_frame(now, wire::channel_accept{9, 1, {}, 0}) == errc::unknown_channel));
  BOOST_TEST((table.on_frame(now, wire::channel_refuse{9}) == errc::unknown_channel));
  BOOST_TEST((table.on_frame(now, wire::channel_close{9}) == errc::unknown_channel));
  BOOST_TEST((table.on_frame(now, wire::channel_data{9, true, {}}) == errc::unknown_channel));
  BOOST_TEST((table.on_frame(now, wire::channel_window{9, 1}) == errc::unknown_channel));
  BOOST_TEST((table.on_frame(now, wire::channel_finish{9}) == errc::unknown_channel));
}

BOOST_AUTO_TEST_CASE(frames_about_a_channel_that_is_not_open_yet_are_violations) {
  BOOST_REQUIRE(!table.join(subject, {}));
  table.request_opens(now);
  auto own = std::get<wire::channel_open>(out.control.front()).sender_channel;
  BOOST_TEST((table.on_frame(now, wire::channel_data{own, true, {}}) == errc::unexpected_frame));
  BOOST_TEST((table.on_frame(now, wire::channel_window{own, 1}) == errc::unexpected_frame));
  BOOST_TEST((table.on_frame(now, wire::channel_finish{own}) == errc::unexpected_frame));
  BOOST_TEST((table.on_frame(now, wire::channel_close{own}) == errc::unexpected_frame));
}

BOOST_AUTO_TEST_CASE(data_beyond_the_window_is_a_violation) {
  auto id = open();
  bytes part(60'000);
  for (int i = 0; i < 17; ++i)
    BOOST_REQUIRE(!table.on_frame(now, wire::channel_data{id, true, part}));
  BOOST_TEST((table.on_frame(now, wire::channel_data{id, true, part}) == errc::flow_control_violation));
}

BOOST_AUTO_TEST_CASE(credit_that_a_completed_message_took_up_again_gives_no_frame) {
  auto id = open();
  record_text record;
  table.fill_windows(record, 1000);
  record.clear();
  // Half a window of fragments would be paid back; then they are a message that nobody has consumed.
  bytes part(bounds.receive_window / 4);
  BOOST_TEST(!table.on_frame(now, wire::channel_data{id, false, part}));
  BOOST_TEST(!table.on_frame(now, wire::channel_data{id, false, part}));
  BOOST_TEST(table.wants_window());
  BOOST_TEST(!table.on_frame(now, wire::channel_data{id, true, part}));
  table.fill_windows(record, 1000);
  BOOST_TEST(record.empty());
  BOOST_TEST(!table.wants_window());
}

BOOST_AUTO_TEST_CASE(beyond_the_bound_of_incomplete_messages_one_after_the_other_gets_credit) {
  constexpr std::size_t size = 300'000; // more than a quarter of a window, which is worth a frame
  bounds.incomplete_bytes = 1'000'000;
  std::vector<channel_id> all;
  for (auto name : {"a", "b", "c", "d", "e", "f"}) {
    subject = topic::of(name);
    all.push_back(open());
  }
  bytes part(60'000);
  for (auto id : all)
    for (std::size_t sent = 0; sent < size; sent += part.size())
      BOOST_REQUIRE(!table.on_frame(now, wire::channel_data{id, false, part}));
  auto grants = [&] {
    record_text record;
    table.fill_windows(record, 1000);
    return record.size() / 9;
  };
  BOOST_TEST(grants() == 1); // the bound was not reached when they were listed, but is now
  BOOST_TEST(grants() == 0);
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_data{all[0], true, part}));
  BOOST_TEST(grants() == 1);                                                   // the next one
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_data{all[5], true, part})); // had credit left
  BOOST_TEST(grants() == 0);
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_close{all[1]}));
  BOOST_TEST(grants() == 3); // within the bound: 2, 3 and 4, while 5 is not consumed yet
  table.consumed(all[5], credit_of(size + part.size()));
  BOOST_TEST(grants() == 1);
}

BOOST_AUTO_TEST_CASE(a_message_beyond_the_longest_is_a_violation) {
  auto id = open();
  bytes part(65'000);
  std::size_t sent = 0;
  std::error_code violated;
  while (!violated) {
    violated = table.on_frame(now, wire::channel_data{id, false, part});
    sent += part.size();
    record_text record;
    table.fill_windows(record, 1000); // its credit comes back at once
    BOOST_REQUIRE(sent < (17u << 20));
  }
  BOOST_TEST((violated == errc::message_too_large));
  BOOST_TEST(sent > (16u << 20));
}

BOOST_AUTO_TEST_CASE(fragments_that_say_nothing_are_violations) {
  auto id = open();
  BOOST_TEST((table.on_frame(now, wire::channel_data{id, false, {}}) == errc::malformed_frame));
  BOOST_TEST((table.on_frame(now, wire::channel_window{id, 0}) == errc::malformed_frame));
}

BOOST_AUTO_TEST_CASE(credit_without_end_is_a_violation) {
  auto id = open();
  std::error_code violated;
  for (int i = 0; i < 300 && !violated; ++i)
    violated = table.on_frame(now, wire::channel_window{id, 0xffffffff});
  BOOST_TEST((violated == errc::flow_control_violation));
}

BOOST_AUTO_TEST_CASE(nothing_comes_after_a_finish_and_no_finish_inside_a_message) {
  auto id = open();
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_data{id, false, as_byte_view("x")}));
  BOOST_TEST((table.on_frame(now, wire::channel_finish{id}) == errc::unexpected_frame));
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_data{id, true, as_byte_view("y")}));
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_finish{id}));
  BOOST_TEST((table.on_frame(now, wire::channel_finish{id}) == errc::unexpected_frame));
  BOOST_TEST(
      (table.on_frame(now, wire::channel_data{id, true, as_byte_view("z")}) == errc::unexpected_frame));
}

BOOST_AUTO_TEST_CASE(a_peer_that_opens_without_end_is_stopped) {
  std::error_code violated;
  int opens = 0;
  for (; !violated; ++opens)
    violated = table.on_frame(now, wire::channel_open{1, {}, 1});
  BOOST_TEST((violated == errc::too_many_opens));
  BOOST_TEST(opens == 2 * 4096 + 1);
}

BOOST_AUTO_TEST_CASE(a_peer_that_opens_one_topic_again_and_again_gets_two_channels) {
  open();
  for (std::uint32_t i = 0; i < 20; ++i)
    BOOST_REQUIRE(!table.on_frame(now, wire::channel_open{100 + i, proof(role::initiator), 1}));
  BOOST_TEST(queued<wire::channel_refuse>().size() == 19);
  BOOST_TEST(out.counters.topics_refused_to_peer == 19);
  BOOST_TEST(told<channel_opened>().size() == 2);
}

BOOST_AUTO_TEST_CASE(leaving_a_topic_closes_all_its_channels) {
  for (bool newest_closed_before : {false, true}) {
    fixture f;
    auto first = f.open();
    BOOST_REQUIRE(!f.table.on_frame(now, wire::channel_open{78, f.proof(role::initiator), 1000}));
    auto second = f.told<channel_opened>().back().channel;
    if (newest_closed_before)
      BOOST_REQUIRE(!f.table.on_frame(now, wire::channel_close{second}));
    f.out.events.clear();
    f.table.leave(f.subject);
    record_text record;
    f.table.fill_data(record, 1000);
    BOOST_TEST(record.size() == (newest_closed_before ? 5 : 10)); // a close frame each
    BOOST_REQUIRE(!f.table.on_frame(now, wire::channel_data{first, true, as_byte_view("x")}));
    BOOST_TEST(f.told<message>().empty());
  }
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_left_and_joined_again_and_again_waits_for_the_first_close) {
  auto first = open();
  BOOST_REQUIRE(!table.check_write(first, 2000));
  table.push(first, shared_octets{bytes(2000)}); // more than its credit: the close has to wait
  table.leave(subject);
  BOOST_REQUIRE(!table.join(subject, {}));
  table.request_opens(now);
  auto second = queued<wire::channel_open>().back().sender_channel;
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_accept{second, 78, proof(role::initiator), 1000}));
  table.leave(subject);
  BOOST_REQUIRE(!table.join(subject, {}));
  table.request_opens(now);
  BOOST_TEST(queued<wire::channel_open>().size() == 1);
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_close{second}));
  table.request_opens(now);
  BOOST_TEST(queued<wire::channel_open>().size() == 2);
}

BOOST_AUTO_TEST_CASE(no_more_than_so_many_opens_are_unanswered) {
  for (int i = 0; i < 100; ++i)
    BOOST_REQUIRE(!table.join(topic::of(std::to_string(i)), {}));
  table.request_opens(now);
  BOOST_TEST(out.control.size() == channel_table::max_opens_in_flight);
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_refuse{1}));
  table.request_opens(now);
  BOOST_TEST(out.control.size() == channel_table::max_opens_in_flight + 1);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_and_tells_when_it_takes_messages_again) {
  auto id = open();
  out.events.clear();
  auto write = [&](std::size_t octets) {
    auto refused = table.check_write(id, octets);
    if (!refused)
      table.push(id, shared_octets{bytes(octets)});
    return refused;
  };
  BOOST_TEST(!write(700'000));
  BOOST_TEST((write(700'000) == errc::would_block));
  BOOST_TEST(!write(1000)); // still fits
  record_text record;
  BOOST_REQUIRE(!table.on_frame(now, wire::channel_window{id, 10'000'000}));
  while (table.wants_data()) {
    record.clear();
    table.fill_data(record, 60'000);
  }
  BOOST_REQUIRE(out.events.size() == 1);
  BOOST_TEST(std::get<writable>(out.events.front()).channel == id);
  BOOST_TEST(table.drained());
}

BOOST_AUTO_TEST_CASE(proofs_depend_on_every_part) {
  auto other_hash = hash;
  other_hash[0] = std::byte{1};
  auto base = topic_proof(hash, role::initiator, subject, {});
  BOOST_TEST((base != topic_proof(other_hash, role::initiator, subject, {})));
  BOOST_TEST((base != topic_proof(hash, role::responder, subject, {})));
  BOOST_TEST((base != topic_proof(hash, role::initiator, topic::of("x"), {})));
  BOOST_TEST((base != topic_proof(hash, role::initiator, subject, as_byte_view("s"))));
}

BOOST_AUTO_TEST_SUITE_END()
