#include "tests/sim/session/pair.hpp"

using namespace warren;
using namespace warren::session;
using test::pair;

namespace {

struct joined : pair {
  explicit joined(std::uint64_t seed = 1) : pair{seed} {
    start();
    settle();
  }

  noise_session& at(std::size_t end) { return *ends[end].session; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_channels)

BOOST_AUTO_TEST_CASE(messages_of_any_size_arrive_whole_and_in_order) {
  for (std::size_t piece : {1u << 20, 997u}) {
    joined p;
    p.piece = piece;
    p.budget = piece * 3;
    auto t = p.open_topic();
    std::vector<bytes> sent;
    for (std::size_t size : {0u, 1u, 100u, 65514u, 65536u, 200'000u, 5u, 0u}) {
      sent.push_back(p.noise(size));
      BOOST_REQUIRE(!p.at(0).write(p.channel(0, t), sent.back()));
    }
    p.settle();
    BOOST_TEST((p.ends[1].messages[p.channel(1, t)] == sent));
  }
}

BOOST_AUTO_TEST_CASE(the_longest_message_passes_and_a_longer_one_is_refused) {
  joined p;
  auto t = p.open_topic();
  auto longest = p.noise(16u << 20);
  BOOST_TEST(!p.at(0).write(p.channel(0, t), longest));
  BOOST_TEST((p.at(0).write(p.channel(0, t), bytes((16u << 20) + 1)) == errc::message_too_large));
  BOOST_TEST((p.at(0).write(p.channel(0, t), bytes(1)) == errc::would_block));
  p.settle();
  BOOST_REQUIRE(p.ends[1].messages[p.channel(1, t)].size() == 1);
  BOOST_TEST((p.ends[1].messages[p.channel(1, t)][0] == longest));
  BOOST_TEST(p.ends[0].has<writable>());
}

BOOST_AUTO_TEST_CASE(opens_that_cross_give_one_channel) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    joined p{seed};
    p.piece = 1 + static_cast<std::size_t>(p.random.below(100));
    auto t = p.open_topic();
    BOOST_TEST(p.ends[0].all<channel_opened>().size() == 1);
    BOOST_TEST(p.ends[1].all<channel_opened>().size() == 1);
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE(!p.at(end).write(p.channel(end, t), as_byte_view("hello")));
    p.settle();
    for (std::size_t end : {0, 1})
      BOOST_TEST(p.ends[end].messages[p.channel(end, t)].size() == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_topic_is_opened_whichever_side_joins_it_later) {
  for (std::size_t late : {0, 1}) {
    joined p;
    auto t = topic::of("db");
    BOOST_REQUIRE(!p.at(1 - late).join_topic(t));
    p.settle();
    BOOST_TEST(p.ends[1 - late].has<channel_refused>());
    BOOST_TEST(p.at(late).counters().topics_refused_to_peer == 1);
    BOOST_TEST(!p.ends[late].has<channel_opened>());
    BOOST_REQUIRE(!p.at(late).join_topic(t));
    p.settle();
    BOOST_TEST(p.ends[0].all<channel_opened>().size() == 1);
    BOOST_TEST(p.ends[1].all<channel_opened>().size() == 1);
  }
}

BOOST_AUTO_TEST_CASE(topics_joined_before_the_handshake_are_opened_after_it) {
  pair p;
  p.ends[0].session.emplace(p.make_config(0), p.random, p.now);
  p.ends[1].session.emplace(p.make_config(1), p.random, p.now);
  for (auto& end : p.ends)
    BOOST_REQUIRE(!end.session->join_topic(topic::of("db"), as_byte_view("secret")));
  p.connect(0);
  p.settle();
  for (auto& end : p.ends)
    BOOST_TEST(end.has<channel_opened>());
}

BOOST_AUTO_TEST_CASE(the_database_secret_is_part_of_the_proof) {
  joined p;
  auto t = topic::of("db");
  BOOST_REQUIRE(!p.at(0).join_topic(t, as_byte_view("right")));
  BOOST_REQUIRE(!p.at(1).join_topic(t, as_byte_view("wrong")));
  p.settle();
  for (auto& end : p.ends) {
    BOOST_TEST(!end.has<channel_opened>());
    BOOST_TEST(end.has<channel_refused>());
  }
  BOOST_TEST(!p.ends[0].end);
}

BOOST_AUTO_TEST_CASE(many_topics_are_opened_and_each_carries_its_own_messages) {
  joined p;
  constexpr int count = 300;
  for (int i = 0; i < count; ++i)
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE(!p.at(end).join_topic(topic::of("db" + std::to_string(i))));
  p.settle();
  for (int i = 0; i < count; ++i) {
    auto t = topic::of("db" + std::to_string(i));
    BOOST_REQUIRE(p.ends[0].channels.contains(t));
    BOOST_REQUIRE(!p.at(0).write(p.channel(0, t), as_byte_view(std::to_string(i))));
  }
  p.settle();
  for (int i = 0; i < count; ++i) {
    auto got = p.ends[1].messages[p.channel(1, topic::of("db" + std::to_string(i)))];
    BOOST_REQUIRE(got.size() == 1);
    BOOST_TEST(as_text(got[0]) == std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(no_more_topics_than_the_limit_are_joined) {
  pair p;
  p.bounds.channels = 3;
  p.start();
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(!p.ends[0].session->join_topic(topic::of(std::to_string(i))));
  BOOST_TEST((p.ends[0].session->join_topic(topic::of("x")) == errc::limit_reached));
  BOOST_TEST(!p.ends[0].session->join_topic(topic::of("1"))); // joined already
  p.ends[0].session->leave_topic(topic::of("1"));
  BOOST_TEST(!p.ends[0].session->join_topic(topic::of("x")));
}

BOOST_AUTO_TEST_CASE(a_channel_whose_consumer_stalls_is_bounded_and_stops_no_other) {
  joined p;
  auto slow = p.open_topic("slow");
  auto fast = p.open_topic("fast");
  p.ends[1].consume_at_once = false;
  std::size_t accepted = 0;
  while (!p.at(0).write(p.channel(0, slow), bytes(10'000))) {
    accepted += 10'000;
    p.settle();
    BOOST_REQUIRE(accepted < (8u << 20));
  }
  auto& received = p.ends[1].messages[p.channel(1, slow)];
  BOOST_TEST(received.size() * 10'000 <= (1u << 20));
  for (int i = 0; i < 90; ++i)
    BOOST_REQUIRE(!p.at(0).write(p.channel(0, fast), bytes(10'000)));
  p.settle();
  BOOST_TEST(p.ends[1].messages[p.channel(1, fast)].size() == 90);
  BOOST_TEST(!p.ends[0].has<writable>());
  // The consumer goes on, and so does everything else.
  p.ends[1].consume_at_once = true;
  auto held = received.size();
  p.at(1).consumed(p.channel(1, slow), held * credit_of(10'000));
  p.settle();
  BOOST_TEST(received.size() * 10'000 == accepted);
  BOOST_TEST(p.ends[0].has<writable>());
}

BOOST_AUTO_TEST_CASE(long_messages_on_many_channels_all_complete_although_few_may_be_incomplete) {
  pair p;
  p.bounds.incomplete_bytes = 1u << 20;
  p.start();
  p.settle();
  std::vector<topic> all;
  for (auto name : {"a", "b", "c", "d"})
    all.push_back(p.open_topic(name));
  for (const auto& t : all)
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE(!p.ends[end].session->write(p.channel(end, t), bytes(4u << 20)));
  p.settle();
  for (const auto& t : all)
    for (std::size_t end : {0, 1})
      BOOST_TEST(p.ends[end].messages[p.channel(end, t)].size() == 1);
}

BOOST_AUTO_TEST_CASE(empty_messages_need_credit_too) {
  joined p;
  auto t = p.open_topic();
  p.ends[1].consume_at_once = false;
  std::size_t accepted = 0;
  while (!p.at(0).write(p.channel(0, t), bytes{}))
    BOOST_REQUIRE(++accepted < 200'000);
  p.settle();
  auto& received = p.ends[1].messages[p.channel(1, t)];
  BOOST_TEST(received.size() <= (1u << 20) / 32);
  for (std::size_t done = 0; done < accepted;) {
    auto held = received.size();
    BOOST_REQUIRE(held > done);
    for (; done < held; ++done)
      p.at(1).consumed(p.channel(1, t), credit_of(0));
    p.settle();
  }
  BOOST_TEST(received.size() == accepted);
}

BOOST_AUTO_TEST_CASE(channels_take_turns) {
  // Records as long as can be, of half a turn, and of the least that is sealed at once.
  for (std::size_t budget : {66'000u, 8000u, 100u}) {
    joined p;
    auto a = p.open_topic("a");
    auto b = p.open_topic("b");
    BOOST_REQUIRE(!p.at(0).write(p.channel(0, a), p.noise(900'000)));
    BOOST_REQUIRE(!p.at(0).write(p.channel(0, b), as_byte_view("small")));
    // After one record, or one turn and the record it ends in, the small message is through although the large one was first.
    p.budget = budget;
    auto before = p.pipes[0].sent[0];
    while (p.pipes[0].sent[0] - before < 18'000 + budget) {
      p.transmit_from(0);
      p.deliver_to(1);
    }
    BOOST_TEST(p.ends[1].messages[p.channel(1, b)].size() == 1);
    BOOST_TEST(p.ends[1].messages[p.channel(1, a)].empty());
  }
}

BOOST_AUTO_TEST_CASE(channels_that_always_have_data_get_the_same_whatever_fits_in_a_record) {
  for (std::size_t budget : {40'000u, 17'000u, 8000u, 3000u}) {
    joined p;
    std::vector<topic> all;
    for (auto name : {"a", "b", "c"})
      all.push_back(p.open_topic(name));
    for (const auto& t : all)
      for (int i = 0; i < 100; ++i)
        BOOST_REQUIRE(!p.at(0).write(p.channel(0, t), p.noise(10'000)));
    p.budget = budget;
    auto before = p.pipes[0].sent[0];
    while (p.pipes[0].sent[0] - before < 1'000'000) {
      p.transmit_from(0);
      p.deliver_to(1);
    }
    for (const auto& t : all) {
      auto received = p.ends[1].messages[p.channel(1, t)].size();
      BOOST_TEST_CONTEXT("budget " << budget) {
        BOOST_TEST(received >= 29);
        BOOST_TEST(received <= 36);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(small_messages_share_a_record) {
  joined p;
  auto t = p.open_topic();
  auto before = p.at(0).counters().records_out;
  for (int i = 0; i < 1000; ++i)
    BOOST_REQUIRE(!p.at(0).write(p.channel(0, t), as_byte_view("twenty octets or so.")));
  p.settle();
  BOOST_TEST(p.ends[1].messages[p.channel(1, t)].size() == 1000);
  BOOST_TEST(p.at(0).counters().records_out - before <= 3);
}

BOOST_AUTO_TEST_CASE(a_finished_direction_ends_after_its_messages_and_the_other_goes_on) {
  joined p;
  auto t = p.open_topic();
  BOOST_REQUIRE(!p.at(0).write(p.channel(0, t), bytes(500'000)));
  p.at(0).finish(p.channel(0, t));
  BOOST_TEST((p.at(0).write(p.channel(0, t), bytes(1)) == errc::not_open));
  p.settle();
  BOOST_TEST(p.ends[1].messages[p.channel(1, t)].size() == 1);
  BOOST_TEST(p.ends[1].all<finished>().size() == 1);
  BOOST_REQUIRE(!p.at(1).write(p.channel(1, t), as_byte_view("still here")));
  p.at(1).finish(p.channel(1, t));
  p.settle();
  BOOST_TEST(p.ends[0].messages[p.channel(0, t)].size() == 1);
  BOOST_TEST(p.ends[0].all<finished>().size() == 1);
  BOOST_TEST(!p.ends[0].has<channel_closed>());
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_left_sends_what_was_accepted_and_closes_on_both_sides) {
  joined p;
  auto t = p.open_topic();
  BOOST_REQUIRE(!p.at(0).write(p.channel(0, t), bytes(500'000)));
  p.at(0).leave_topic(t);
  BOOST_TEST((p.at(0).write(p.channel(0, t), bytes(1)) == errc::not_open));
  p.settle();
  BOOST_TEST(p.ends[1].messages[p.channel(1, t)].size() == 1);
  for (auto& end : p.ends)
    BOOST_TEST(end.all<channel_closed>().size() == 1);
  BOOST_TEST((p.at(1).write(p.channel(1, t), bytes(1)) == errc::not_open));
  // Whoever joins again opens it again.
  BOOST_REQUIRE(!p.at(0).join_topic(t));
  p.settle();
  for (auto& end : p.ends)
    BOOST_TEST(end.all<channel_opened>().size() == 2);
}

BOOST_AUTO_TEST_CASE(joining_and_leaving_in_any_order_ends_in_what_both_want) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    joined p{seed};
    auto t = topic::of("db");
    bool wants[2] = {false, false};
    p.budget = 200;
    p.piece = 50;
    for (int step = 0; step < 30; ++step) {
      auto end = static_cast<std::size_t>(p.random.below(2));
      switch (p.random.below(4)) {
        case 0:
          wants[end] = true;
          BOOST_REQUIRE(!p.at(end).join_topic(t));
          break;
        case 1:
          wants[end] = false;
          p.at(end).leave_topic(t);
          break;
        case 2:
          p.transmit_from(end);
          break;
        default:
          p.deliver_to(end);
      }
      for (auto& e : p.ends)
        e.take_events();
    }
    p.settle();
    BOOST_REQUIRE(!p.ends[0].end);
    BOOST_REQUIRE(!p.ends[1].end);
    for (auto& end : p.ends) {
      auto open = end.all<channel_opened>().size() - end.all<channel_closed>().size();
      BOOST_REQUIRE_MESSAGE(open == (wants[0] && wants[1] ? 1u : 0u), "seed " << seed);
    }
    if (!(wants[0] && wants[1]))
      continue;
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE(!p.at(end).write(p.channel(end, t), as_byte_view("hello")));
    p.settle();
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE_MESSAGE(p.ends[end].messages[p.channel(end, t)].size() == 1, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(more_opens_than_allowed_at_once_still_all_come_through) {
  joined p;
  for (int i = 0; i < 4096; ++i)
    BOOST_REQUIRE(!p.at(0).join_topic(topic::of(std::to_string(i))));
  p.settle();
  BOOST_TEST(p.ends[0].all<channel_refused>().size() == 4096);
  p.at(0).leave_topic(topic::of("0"));
  BOOST_REQUIRE(!p.at(0).join_topic(topic::of("more")));
  p.settle();
  BOOST_TEST(p.ends[0].all<channel_refused>().size() == 4096);
  p.run_for(std::chrono::seconds{1}); // paced from here on
  BOOST_TEST(p.ends[0].all<channel_refused>().size() == 4097);
  BOOST_TEST(!p.ends[0].end);
}

BOOST_AUTO_TEST_SUITE_END()
