#include "transports/relay/circuit_table.hpp"
#include "transports/relay/deadlines.hpp"
#include "transports/relay/errc.hpp"
#include "transports/relay/membership.hpp"
#include "transports/relay/reconnect_policy.hpp"
#include "transports/relay/roster.hpp"
#include "transports/relay/token_bucket.hpp"

#include "tests/support/seeded_random.hpp"
#include "tests/unit/relay/names.hpp"

using namespace warren;
using namespace warren::relay;
using namespace std::chrono_literals;
using test::peer_named;

BOOST_AUTO_TEST_SUITE(relay_parts)

BOOST_AUTO_TEST_CASE(waits_double_up_to_the_longest_and_start_again_after_success) {
  test::seeded_random random{1};
  reconnect_policy policy{{.first = 100ms, .longest = 30s}};
  for (auto whole :
       {100ms, 200ms, 400ms, 800ms, 1'600ms, 3'200ms, 6'400ms, 12'800ms, 25'600ms, 30'000ms, 30'000ms}) {
    auto wait = policy.next(random);
    BOOST_TEST((wait >= whole / 2 && wait <= whole));
  }
  for (int i = 0; i < 1'000; ++i)
    BOOST_TEST((policy.next(random) <= 30s));
  policy.succeeded();
  BOOST_TEST((policy.next(random) <= 100ms));
  BOOST_TEST((policy.longest(random) >= 15s));
}

BOOST_AUTO_TEST_CASE(waits_are_spread_by_jitter) {
  test::seeded_random random{2};
  std::set<duration> seen;
  for (int i = 0; i < 100; ++i)
    seen.insert(reconnect_policy{{}}.next(random));
  BOOST_TEST(seen.size() > 90u);
}

BOOST_AUTO_TEST_CASE(a_bucket_lets_a_burst_through_and_then_the_rate) {
  time_point now{};
  token_bucket bucket{1'000, 5'000, now};
  bucket.take(now, 5'000);
  BOOST_TEST((bucket.ready_at(now) == now));
  bucket.take(now, 1'000);
  BOOST_TEST((bucket.ready_at(now) == now + 1s));
  bucket.take(now + 500ms, 100);
  BOOST_TEST((bucket.ready_at(now + 500ms) > now + 1'099ms));
  BOOST_TEST((bucket.ready_at(now + 500ms) < now + 1'101ms));
  BOOST_TEST((bucket.ready_at(now + 10s) == now + 10s));
  token_bucket unlimited{0, 0, now};
  unlimited.take(now, 1u << 30);
  BOOST_TEST((unlimited.ready_at(now) == now));
}

BOOST_AUTO_TEST_CASE(the_earliest_deadline_is_known_and_each_guest_has_one) {
  time_point now{};
  deadlines all;
  BOOST_TEST(!all.earliest());
  all.arm(guest_id{1}, now + 3s);
  all.arm(guest_id{2}, now + 2s);
  all.arm(guest_id{2}, now + 4s);
  BOOST_TEST((all.earliest() == now + 3s));
  BOOST_TEST(!all.pop_due(now + 2s));
  BOOST_TEST((all.pop_due(now + 3s) == guest_id{1}));
  all.arm(guest_id{2}, std::nullopt);
  BOOST_TEST(!all.pop_due(now + 9s));
  BOOST_TEST(!all.earliest());
}

BOOST_AUTO_TEST_CASE(topics_without_members_are_forgotten) {
  membership all;
  auto where = blind(topic::of("x"));
  BOOST_TEST(all.join(where, guest_id{1}));
  BOOST_TEST(!all.join(where, guest_id{1}));
  BOOST_TEST(all.join(where, guest_id{2}));
  BOOST_TEST(all.members(where).size() == 2u);
  BOOST_TEST(all.leave(where, guest_id{1}));
  BOOST_TEST(!all.leave(where, guest_id{1}));
  BOOST_TEST(all.topics() == 1u);
  BOOST_TEST(all.leave(where, guest_id{2}));
  BOOST_TEST(all.topics() == 0u);
  BOOST_TEST(all.members(where).empty());
}

BOOST_AUTO_TEST_CASE(members_are_told_once_per_stay) {
  roster all{2, 100};
  auto x = topic::of("x");
  auto y = topic::of("y");
  BOOST_TEST((all.join(x) == roster::join_outcome::joined));
  BOOST_TEST((all.join(x) == roster::join_outcome::already));
  BOOST_TEST((all.join(y) == roster::join_outcome::joined));
  BOOST_TEST((all.join(topic::of("z")) == roster::join_outcome::full));
  std::vector<peer_id> peers{peer_named('a'), peer_named('b')};
  BOOST_TEST(all.members(blind(x), peers)->size() == 2u);
  BOOST_TEST(all.members(blind(x), peers)->empty());
  BOOST_TEST(all.presence(blind(y), peer_named('a'), true)->size() == 1u);
  BOOST_TEST(all.presence(blind(y), peer_named('a'), true)->empty());
  BOOST_TEST(!all.presence(blind(topic::of("z")), peer_named('a'), true));
  BOOST_TEST(all.leave(x).size() == 2u);
  BOOST_TEST(all.contains(peer_named('a')));
  BOOST_TEST(!all.contains(peer_named('b')));
  BOOST_TEST(all.gone(peer_named('a')).size() == 1u);
  BOOST_TEST(!all.contains(peer_named('a')));
  BOOST_TEST(all.presence(blind(y), peer_named('c'), true)->size() == 1u);
  auto lost = all.lost();
  BOOST_TEST(lost.size() == 1u);
  BOOST_TEST(!lost[0].joined);
  BOOST_TEST(all.joined(y)); // still
}

BOOST_AUTO_TEST_CASE(a_roster_is_bounded) {
  roster all{1, 3};
  all.join(topic::of("x"));
  std::vector<peer_id> peers;
  for (char name = 'a'; name < 'k'; ++name)
    peers.push_back(peer_named(name));
  BOOST_TEST(all.members(blind(topic::of("x")), peers)->size() == 3u);
  BOOST_TEST(all.over_limit() == 7u);
}

BOOST_AUTO_TEST_CASE(circuits_take_turns_frame_by_frame) {
  circuit_table all{10, 10, 1'000'000};
  auto a = all.add(peer_named('a'), 1)->id;
  auto b = all.add(peer_named('b'), 1)->id;
  bytes large(largest_payload * 2, std::byte{1});
  BOOST_TEST(all.write(*all.find(a), large) == large.size());
  BOOST_TEST(all.write(*all.find(b), large) == large.size());
  std::optional<circuit> unblocked;
  std::vector<peer_id> order;
  while (auto next = all.next_frame(unblocked))
    order.push_back(std::get<data>(*decode(*next)).peer);
  BOOST_TEST((order == std::vector{peer_named('a'), peer_named('b'), peer_named('a'), peer_named('b')}));
  BOOST_TEST(!unblocked);
}

BOOST_AUTO_TEST_CASE(a_circuit_takes_what_credit_and_queue_allow) {
  circuit_table all{10, 10, 100'000};
  auto& one = *all.add(peer_named('a'), 1);
  bytes octets(300'000, std::byte{1});
  BOOST_TEST(all.write(one, octets) == 100'000u);
  BOOST_TEST(all.write(one, octets) == 0u);
  std::optional<circuit> unblocked;
  BOOST_TEST(all.next_frame(unblocked).has_value());
  BOOST_TEST((unblocked == one.id));
  unblocked.reset();
  while (all.next_frame(unblocked)) {
  }
  BOOST_TEST(all.write(one, octets) == 100'000u);
  while (all.next_frame(unblocked)) {
  }
  BOOST_TEST(all.write(one, octets) == initial_window - 200'000u);
  while (all.next_frame(unblocked)) {
  }
  BOOST_TEST(all.writable(one) == 0u);
  BOOST_TEST(all.grant(one, 10));
  BOOST_TEST(all.writable(one) == 10u);
  BOOST_TEST(!all.grant(one, 10));
}

BOOST_AUTO_TEST_CASE(a_reset_goes_behind_what_was_queued_and_ends_the_circuit) {
  circuit_table all{10, 10, 100'000};
  auto& one = *all.add(peer_named('a'), 7);
  all.write(one, as_byte_view("last words"));
  all.close(one, circuit_reason::closed);
  BOOST_TEST(all.write(one, as_byte_view("too late")) == 0u);
  std::optional<circuit> unblocked;
  BOOST_TEST(as_text(std::get<data>(*decode(*all.next_frame(unblocked))).payload) == "last words");
  BOOST_TEST(
      (std::get<reset>(*decode(*all.next_frame(unblocked)))
       == reset{peer_named('a'), 7, circuit_reason::closed}));
  BOOST_TEST(!all.next_frame(unblocked));
  BOOST_TEST(all.size() == 0u);
  BOOST_TEST(all.idle());
}

BOOST_AUTO_TEST_CASE(circuits_are_bounded_and_ids_in_use_are_not_taken_twice) {
  circuit_table all{2, 2, 1'000};
  BOOST_TEST(all.add(peer_named('a'), 1) != nullptr);
  BOOST_TEST(all.add(peer_named('a'), 1) == nullptr);
  BOOST_TEST(all.add(peer_named('b'), 1) != nullptr);
  BOOST_TEST(all.add(peer_named('c'), 1) == nullptr);
  BOOST_TEST(all.of(peer_named('a')).size() == 1u);
  BOOST_TEST(all.all().size() == 2u);
}

BOOST_AUTO_TEST_CASE(every_relay_error_has_words) {
  for (int value = 1; value <= static_cast<int>(relay_errc::refused); ++value)
    BOOST_TEST(make_error_code(static_cast<relay_errc>(value)).message() != "unknown relay error");
}

BOOST_AUTO_TEST_SUITE_END()
