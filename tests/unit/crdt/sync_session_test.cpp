// One session against a peer played by the test.
#include "crdt_bridge/errc.hpp"
#include "crdt_bridge/graph_engine.hpp"
#include "crdt_bridge/sync_session.hpp"
#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::crdt;
using namespace std::chrono_literals;

namespace {

constexpr wall_time wall{1'800'000'000'000};

item field_item(int n) {
  auto soul = "soul" + std::to_string(n);
  return make_item({soul, "f", 1'700'000'000'000.0 + n, "1"});
}

struct fixture {
  test::seeded_random random{1};
  sync_limits limits;
  graph_engine engine;
  fetch_claims claims;
  std::optional<sync_session> opened;
  time_point now{1h};

  sync_session& session() {
    if (!opened)
      opened.emplace(1, limits, engine, claims, random, now);
    return *opened;
  }

  void have(const item& held) { engine.apply({&held, 1}, wall); }

  std::error_code get(const sync::message& message) {
    return session().handle_message(now, wall, sync::encode(message));
  }

  std::vector<sync::message> sent() {
    std::vector<sync::message> messages;
    while (auto data = session().poll_transmit(now))
      messages.push_back(*sync::decode(*data));
    return messages;
  }

  template <class Message>
  std::vector<Message> sent_of() {
    std::vector<Message> result;
    for (auto& each : sent())
      if (auto wanted = std::get_if<Message>(&each))
        result.push_back(std::move(*wanted));
    return result;
  }

  sync::summary other_set() const { return {1, {{std::byte{1}}}}; }

  // Past the hellos, with a peer that holds something else.
  void open() {
    BOOST_REQUIRE(!get(sync::hello{1, other_set()}));
    auto first = sent();
    BOOST_REQUIRE(first.size() == 2);
    BOOST_REQUIRE(std::holds_alternative<sync::hello>(first[0]));
    listing = std::get<sync::list>(first[1]);
  }

  // Past a listing in which the peer has nothing new.
  void open_quiet() {
    BOOST_REQUIRE(!get(sync::hello{1, {}}));
    BOOST_REQUIRE(sent().size() == 1);
  }

  sync::list listing;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sync_session_, fixture)

BOOST_AUTO_TEST_CASE(equal_sets_need_no_listing) {
  have(field_item(1));
  BOOST_TEST(!get(sync::hello{1, {engine.count(), engine.digest()}}));
  auto messages = sent();
  BOOST_REQUIRE(messages.size() == 1);
  BOOST_TEST((std::get<sync::hello>(messages[0]).set == sync::summary{1, engine.digest()}));
  BOOST_TEST(session().idle());
}

BOOST_AUTO_TEST_CASE(a_listing_asks_for_what_is_missing_and_only_for_that) {
  have(field_item(1));
  open();
  BOOST_TEST(!listing.after);
  BOOST_TEST(
      !get(sync::page{listing.request, true, {field_item(1).key, field_item(2).key, field_item(3).key}}));
  auto wants = sent_of<sync::want>();
  BOOST_REQUIRE(wants.size() == 1);
  BOOST_TEST((wants[0].ids == std::vector{field_item(2).key.id, field_item(3).key.id}));
  BOOST_TEST(!get(sync::items{wants[0].request, false, {field_item(3)}}));
  BOOST_TEST((session().take_items() == std::vector{field_item(3)}));
  BOOST_TEST(!get(sync::items{wants[0].request, true, {}})); // 2 is gone meanwhile
  BOOST_TEST(!claims.is_claimed(field_item(2).key.id));
  session().item_decided(field_item(3).key.id);
  BOOST_TEST(session().idle());
}

BOOST_AUTO_TEST_CASE(the_next_page_is_asked_for_after_the_last_key) {
  open();
  BOOST_TEST(!get(sync::page{listing.request, false, {field_item(1).key}}));
  auto messages = sent();
  BOOST_REQUIRE(messages.size() == 2);
  BOOST_TEST(std::holds_alternative<sync::want>(messages[0]));
  auto next = std::get<sync::list>(messages[1]);
  BOOST_TEST((next.after == field_item(1).key));
  // The same page again would go round for ever.
  BOOST_TEST(get(sync::page{next.request, false, {field_item(1).key}}) == sync::errc::unordered_keys);
  BOOST_TEST(get(sync::page{next.request, false, {}}) == sync::errc::bad_value);
  BOOST_TEST(get(sync::page{next.request + 1, true, {}}) == sync::errc::unasked);
}

BOOST_AUTO_TEST_CASE(wants_are_bounded_in_size_and_number) {
  limits.want_ids = 2;
  limits.wants_in_flight = 2;
  open();
  std::vector<item_key> keys;
  for (int i = 0; i < 7; ++i)
    keys.push_back(field_item(i).key);
  BOOST_TEST(!get(sync::page{listing.request, true, keys}));
  auto wants = sent_of<sync::want>();
  BOOST_REQUIRE(wants.size() == 2);
  BOOST_TEST(wants[0].ids.size() == 2);
  BOOST_TEST(!get(sync::items{wants[0].request, true, {field_item(0), field_item(1)}}));
  BOOST_TEST(sent_of<sync::want>().size() == 1);
}

BOOST_AUTO_TEST_CASE(what_another_peer_is_asked_for_waits_until_that_fails) {
  open();
  claims.claim(field_item(1).key.id, 2);
  BOOST_TEST(!get(sync::page{listing.request, true, {field_item(1).key, field_item(2).key}}));
  auto wants = sent_of<sync::want>();
  BOOST_REQUIRE(wants.size() == 1);
  BOOST_TEST((wants[0].ids == std::vector{field_item(2).key.id}));
  BOOST_TEST(sent().empty());
  claims.release_all(2);
  wants = sent_of<sync::want>();
  BOOST_REQUIRE(wants.size() == 1);
  BOOST_TEST((wants[0].ids == std::vector{field_item(1).key.id}));
}

BOOST_AUTO_TEST_CASE(a_peers_listing_is_answered_page_by_page) {
  limits.page_keys = 2;
  for (int i = 0; i < 3; ++i)
    have(field_item(i));
  open_quiet();
  BOOST_TEST(!get(sync::list{5, 1000, std::nullopt}));
  auto pages = sent_of<sync::page>();
  BOOST_REQUIRE(pages.size() == 1);
  BOOST_TEST((pages[0] == sync::page{5, false, {field_item(0).key, field_item(1).key}}));
  BOOST_TEST(!get(sync::list{6, 1000, pages[0].keys.back()}));
  pages = sent_of<sync::page>();
  BOOST_TEST((pages.at(0) == sync::page{6, true, {field_item(2).key}}));
}

BOOST_AUTO_TEST_CASE(a_peers_want_is_answered_in_bounded_messages) {
  limits.max_items_octets = 200;
  for (int i = 0; i < 5; ++i)
    have(field_item(i));
  open_quiet();
  sync::want request{9, {}};
  for (int i = 0; i < 6; ++i) // the sixth is not there
    request.ids.push_back(field_item(i).key.id);
  BOOST_TEST(!get(request));
  std::size_t items = 0;
  auto answers = sent_of<sync::items>();
  for (const auto& each : answers) {
    BOOST_TEST(sync::encode(each).size() <= 200);
    BOOST_TEST(each.request == 9);
    items += each.content.size();
  }
  BOOST_TEST(items == 5);
  BOOST_TEST(answers.back().last);
  BOOST_TEST(answers.size() > 1);
}

BOOST_AUTO_TEST_CASE(new_items_are_collected_and_sent_once) {
  open_quiet();
  for (int i = 0; i < 3; ++i) {
    have(field_item(i));
    session().item_added(now, field_item(i).key);
    session().item_added(now, field_item(i).key);
  }
  BOOST_TEST(sent().empty());
  BOOST_TEST((session().poll_timeout() == now + limits.live_interval));
  now += limits.live_interval;
  auto batches = sent_of<sync::items>();
  BOOST_REQUIRE(batches.size() == 1);
  BOOST_TEST(batches[0].request == 0);
  BOOST_TEST(batches[0].content.size() == 3);
  BOOST_TEST(session().idle());
  now += 1s;
  BOOST_TEST(sent().empty());
}

BOOST_AUTO_TEST_CASE(an_item_is_never_sent_back_to_the_peer_it_came_from) {
  open_quiet();
  BOOST_TEST(!get(sync::items{0, false, {field_item(1)}}));
  BOOST_TEST(session().take_items().size() == 1);
  have(field_item(1));
  session().item_added(now, field_item(1).key);
  session().item_decided(field_item(1).key.id);
  now += 1s;
  BOOST_TEST(sent().empty());
}

BOOST_AUTO_TEST_CASE(an_item_the_peer_listed_is_not_sent_to_it) {
  open();
  claims.claim(field_item(1).key.id, 2); // on its way from another peer
  BOOST_TEST(!get(sync::page{listing.request, true, {field_item(1).key}}));
  have(field_item(1));
  session().item_added(now, field_item(1).key);
  now += 1s;
  BOOST_TEST(sent().empty());
}

BOOST_AUTO_TEST_CASE(an_item_about_to_be_sent_is_not_listed_and_one_asked_for_is_not_sent_again) {
  open_quiet();
  for (int i = 0; i < 3; ++i)
    have(field_item(i));
  session().item_added(now, field_item(1).key);
  session().item_added(now, field_item(2).key);
  BOOST_TEST(!get(sync::list{5, 1000, std::nullopt}));
  auto pages = sent_of<sync::page>();
  BOOST_TEST((pages.at(0).keys == std::vector{field_item(0).key}));
  BOOST_TEST(!get(sync::want{6, {field_item(1).key.id}}));
  sent();
  now += limits.live_interval;
  auto live = sent_of<sync::items>();
  BOOST_REQUIRE(live.size() == 1);
  BOOST_TEST((live[0].content == std::vector{field_item(2)}));
}

BOOST_AUTO_TEST_CASE(an_overwritten_item_is_not_sent) {
  open_quiet();
  have(field_item(1));
  session().item_added(now, field_item(1).key);
  auto newer = make_item({"soul1", "f", 1'700'000'001'000, "2"});
  have(newer);
  session().item_added(now, newer.key);
  now += limits.live_interval;
  auto live = sent_of<sync::items>();
  BOOST_REQUIRE(live.size() == 1);
  BOOST_TEST((live[0].content == std::vector{newer}));
}

BOOST_AUTO_TEST_CASE(a_slow_peer_loses_its_live_queue_and_is_told_to_list) {
  limits.max_live_queue = 3;
  limits.max_in_flight = 1;
  open_quiet(); // the hello is in flight now
  for (int i = 0; i < 4; ++i) {
    have(field_item(i));
    session().item_added(now, field_item(i).key);
  }
  now += 1s;
  BOOST_TEST(sent().empty()); // nothing more until the hello was accepted
  BOOST_TEST(session().stats().live_overflows == 1);
  session().write_accepted(1000);
  auto messages = sent();
  BOOST_REQUIRE(messages.size() == 1);
  BOOST_TEST((std::get<sync::summary>(messages[0]) == sync::summary{4, engine.digest()}));
}

BOOST_AUTO_TEST_CASE(octets_in_flight_are_bounded) {
  limits.max_items_octets = 1000;
  limits.max_in_flight = 3000;
  for (int i = 0; i < 200; ++i)
    have(field_item(i));
  open_quiet();
  sync::want request{9, {}};
  for (int i = 0; i < 200; ++i)
    request.ids.push_back(field_item(i).key.id);
  BOOST_TEST(!get(request));
  std::size_t octets = 0;
  while (auto data = session().poll_transmit(now))
    octets += data->size();
  BOOST_TEST(octets <= 4000);
  session().write_accepted(2000);
  BOOST_TEST(session().poll_transmit(now).has_value());
}

BOOST_AUTO_TEST_CASE(summaries_are_exchanged_now_and_then_and_lead_to_a_listing_only_if_they_differ) {
  open_quiet();
  have(field_item(1));
  auto due = session().poll_timeout();
  BOOST_REQUIRE(due);
  BOOST_TEST((*due >= now + limits.relist_interval * 3 / 4));
  BOOST_TEST((*due <= now + limits.relist_interval * 5 / 4));
  BOOST_TEST(!session().handle_timeout(*due - 1ms));
  BOOST_TEST(sent().empty());
  now = *due;
  BOOST_TEST(!session().handle_timeout(now));
  BOOST_TEST(sent_of<sync::summary>().size() == 1);
  BOOST_TEST(!get(sync::summary{1, engine.digest()}));
  BOOST_TEST(sent().empty());
  BOOST_TEST(!get(other_set()));
  BOOST_TEST(sent_of<sync::list>().size() == 1);
  BOOST_TEST(!get(other_set())); // one listing runs; another will follow it
  BOOST_TEST(sent().empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_answer_stalls_and_is_then_given_up) {
  open();
  BOOST_TEST(!get(sync::page{listing.request, true, {field_item(1).key}}));
  sent();
  BOOST_TEST(claims.is_claimed(field_item(1).key.id));
  auto asked = now;
  now = asked + limits.stall_timeout;
  BOOST_TEST((session().poll_timeout() == now));
  BOOST_TEST(!session().handle_timeout(now));
  BOOST_TEST(!claims.is_claimed(field_item(1).key.id));
  BOOST_TEST(session().stats().stalls == 1);
  BOOST_TEST(!session().handle_timeout(asked + limits.answer_timeout - 1ms));
  BOOST_TEST(session().handle_timeout(asked + limits.answer_timeout) == sync::errc::no_answer);
}

BOOST_AUTO_TEST_CASE(ending_a_session_frees_what_it_claimed) {
  open();
  BOOST_TEST(!get(sync::page{listing.request, true, {field_item(1).key}}));
  sent();
  BOOST_TEST(claims.is_claimed(field_item(1).key.id));
  opened.reset();
  BOOST_TEST(!claims.is_claimed(field_item(1).key.id));
}

BOOST_AUTO_TEST_CASE(the_first_message_must_be_a_hello_of_the_same_kind_and_only_the_first) {
  BOOST_TEST(get(sync::summary{}) == sync::errc::unexpected_hello);
  BOOST_TEST(get(sync::hello{2, {}}) == sync::errc::other_engine);
  BOOST_TEST(!get(sync::hello{1, {}}));
  BOOST_TEST(get(sync::hello{1, {}}) == sync::errc::unexpected_hello);
}

BOOST_AUTO_TEST_CASE(requests_of_the_peer_are_bounded) {
  limits.max_in_flight = 1;
  limits.max_peer_requests = 3;
  open_quiet();
  BOOST_TEST(!get(sync::list{1, 1, std::nullopt}));
  BOOST_TEST(!get(sync::want{2, {field_item(1).key.id}}));
  BOOST_TEST(!get(sync::want{3, {field_item(1).key.id}}));
  BOOST_TEST(get(sync::want{4, {field_item(1).key.id}}) == sync::errc::too_many_requests);
}

BOOST_AUTO_TEST_CASE(items_are_checked_all_before_any_is_taken) {
  open_quiet();
  auto bad = field_item(2);
  bad.payload.back() = std::byte{'2'};
  BOOST_TEST(get(sync::items{0, false, {field_item(1), bad}}) == errc::wrong_id);
  BOOST_TEST(session().take_items().empty());
  BOOST_TEST(get(sync::items{7, true, {}}) == sync::errc::unasked);
  BOOST_TEST(session().idle());
}

BOOST_AUTO_TEST_CASE(an_answer_must_hold_only_what_was_asked_for) {
  open();
  BOOST_TEST(!get(sync::page{listing.request, true, {field_item(1).key}}));
  auto request = sent_of<sync::want>().at(0).request;
  BOOST_TEST(get(sync::items{request, true, {field_item(2)}}) == sync::errc::unasked);
}

BOOST_AUTO_TEST_CASE(keys_far_ahead_of_the_clock_are_not_fetched) {
  open();
  auto ahead = make_item({"s", "f", 1'800'000'700'000, "1"});
  BOOST_TEST(!get(sync::page{listing.request, true, {ahead.key}}));
  BOOST_TEST(sent().empty());
}

BOOST_AUTO_TEST_SUITE_END()
