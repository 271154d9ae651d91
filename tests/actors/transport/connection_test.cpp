#include "messages/udx_packet.hpp"
#include "tests/actors/transport/pair_fixture.hpp"
#include "tests/actors/transport/state_of.hpp"
#include "tests/support/sample_text.hpp"

using namespace warren;
using namespace warren::test;

BOOST_AUTO_TEST_SUITE(connection_test)

BOOST_FIXTURE_TEST_CASE(peers_on_a_topic_find_each_other_and_know_who_the_other_is, pair_fixture) {
  BOOST_TEST((at_a.on == garden));
  BOOST_TEST(at_a.peer.id == (ask<transport_status>(b.transport, get_status{}).id));
  BOOST_TEST(at_b.peer.id == (ask<transport_status>(a.transport, get_status{}).id));
  BOOST_TEST(at_a.peer.address == to_string(b.where));
  BOOST_TEST(at_a.peer.connected);
  BOOST_TEST((at_a.peer.path == path_kind::lan));
  auto status = ask<connection_status>(at_a.connection, get_status{});
  BOOST_TEST(status.peer.id == at_a.peer.id);
  BOOST_TEST(status.bytes_in > 0u);
  const auto& events = a.events.all<swarm_event>();
  auto greeted =
      std::find_if(events.begin(), events.end(), [](const auto& e) { return e.kind == "peer_connected"; });
  BOOST_REQUIRE((greeted != events.end()));
  BOOST_TEST(greeted->peer.id == at_a.peer.id);
}

BOOST_FIXTURE_TEST_CASE(
    a_stream_takes_as_much_as_the_channel_window_says_from_whoever_has_proved_itself, swarm_fixture) {
  std::map<endpoint, std::uint32_t> windows; // the largest that each told
  network.loses = [&](const endpoint& from, byte_view datagram) {
    if (auto packet = udx::parse_packet(datagram))
      windows[from] = std::max(windows[from], packet->header.rwnd);
    return false;
  };
  auto small = setup_at(10);
  auto large = setup_at(11);
  large.opts.channel_window = 16 << 20;
  auto a = start(std::move(small));
  auto b = start(std::move(large));
  join(a);
  join(b);
  pass(10s);
  BOOST_TEST(windows[a.where] == 4u << 20);
  BOOST_TEST(windows[b.where] == 16u << 20);
}

BOOST_FIXTURE_TEST_CASE(small_messages_written_at_once_share_datagrams, pair_fixture) {
  grant(at_b, 1 << 30);
  std::vector<chunk> written;
  for (int i = 0; i < 60; ++i)
    written.push_back(text("message " + std::to_string(i)));
  for (const auto& message : written)
    act::anon_mail(write_chunk{at_a.key.channel, message}).send(at_a.connection);
  run();
  // The first write is sent at once, the others together.
  BOOST_TEST(network.waiting() <= 2u);
  pass(1s);
  std::vector<chunk> received;
  for (const auto& c : b.subscriber.all<chunk_received>())
    received.push_back(c.data);
  BOOST_TEST((received == written));
}

BOOST_FIXTURE_TEST_CASE(the_acknowledgement_travels_with_an_answer_that_comes_at_once, pair_fixture) {
  grant(at_a, 1 << 30);
  grant(at_b, 1 << 30);
  auto say = [this](const connected& side) {
    act::anon_mail(write_chunk{side.key.channel, text("x")}).send(side.connection);
    run();
    auto sent = network.waiting();
    network.deliver();
    run();
    return sent + network.waiting(); // with what its arrival brought
  };
  for (int i = 0; i < 2; ++i) { // until both are known to answer
    say(at_a);
    pass(0s);
    say(at_b);
    pass(0s);
  }
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(say(at_a) == 1u);
    BOOST_TEST(say(at_b) == 1u);
  }
  // Who does not answer this time acknowledges a millisecond later, by itself.
  BOOST_TEST(say(at_a) == 1u);
  advance(2ms);
  BOOST_TEST(network.waiting() == 1u);
}

BOOST_FIXTURE_TEST_CASE(messages_keep_their_boundaries_and_order, pair_fixture) {
  grant(at_b, 1 << 30);
  std::vector<chunk> sent{
      text("one"), text(""), text("two"), chunk{bytes(100'000, std::byte{7})}, text("three")};
  for (const auto& message : sent) {
    auto answer = attempt(at_a.connection, write_chunk{at_a.key.channel, message});
    BOOST_REQUIRE(answer->has_value());
    BOOST_TEST(!**answer);
  }
  pass(1s);
  const auto& got = b.subscriber.all<chunk_received>();
  BOOST_REQUIRE(got.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    BOOST_TEST((got[i].data == sent[i]));
    BOOST_TEST((got[i].key == at_b.key));
  }
}

BOOST_FIXTURE_TEST_CASE(a_message_of_16_mib_arrives_whole_and_a_larger_one_is_refused, pair_fixture) {
  grant(at_b, 1 << 30);
  bytes large(16 << 20);
  for (std::size_t i = 0; i < large.size(); ++i)
    large[i] = static_cast<std::byte>(i * 31 >> 3);
  auto answer = attempt(at_a.connection, write_chunk{at_a.key.channel, chunk{byte_view{large}}});
  pass(30s);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(!**answer);
  BOOST_REQUIRE(b.subscriber.all<chunk_received>().size() == 1u);
  BOOST_TEST((b.subscriber.all<chunk_received>().front().data == chunk{byte_view{large}}));
  large.push_back(std::byte{0});
  answer = attempt(at_a.connection, write_chunk{at_a.key.channel, chunk{std::move(large)}});
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(is(**answer, errc::too_large));
}

BOOST_FIXTURE_TEST_CASE(without_credit_nothing_is_delivered_and_the_writer_is_held_back, pair_fixture) {
  std::vector<std::shared_ptr<std::optional<caf::error>>> answers;
  for (int i = 0; i < 40; ++i)
    answers.push_back(
        attempt(at_a.connection, write_chunk{at_a.key.channel, chunk{bytes(128 * 1024, std::byte{1})}}));
  pass(30s);
  BOOST_TEST(b.subscriber.all<chunk_received>().empty());
  auto accepted = std::count_if(answers.begin(), answers.end(), [](const auto& x) { return x->has_value(); });
  // One window at the peer and one queue here, 1 MiB each, and then the replies stop.
  BOOST_TEST(accepted >= 8);
  BOOST_TEST(accepted <= 24);
  grant(at_b, 1 << 30);
  pass(30s);
  for (const auto& answer : answers) {
    BOOST_REQUIRE(answer->has_value());
    BOOST_TEST(!**answer);
  }
  BOOST_TEST(b.subscriber.all<chunk_received>().size() == 40u);
}

BOOST_FIXTURE_TEST_CASE(a_flood_of_empty_messages_is_held_back_like_any_other, pair_fixture) {
  constexpr std::size_t flood = 2000;
  for (std::size_t i = 0; i < flood; ++i)
    act::anon_mail(write_chunk{at_a.key.channel, chunk{}}).send(at_a.connection);
  pass(1s);
  BOOST_TEST(b.subscriber.all<chunk_received>().empty());
  grant(at_b, 1000);
  pass(1s);
  // 32 octets of credit each, and the last one overdraws.
  BOOST_TEST(b.subscriber.all<chunk_received>().size() == 1000 / message_cost + 1);
  grant(at_b, flood * credit_of(0));
  pass(1s);
  BOOST_TEST(b.subscriber.all<chunk_received>().size() == flood);
}

BOOST_FIXTURE_TEST_CASE(credit_is_spent_by_octets_and_one_message_may_overdraw_it, pair_fixture) {
  for (int i = 0; i < 4; ++i)
    (void)attempt(at_a.connection, write_chunk{at_a.key.channel, chunk{bytes(1000, std::byte{1})}});
  grant(at_b, credit_of(1000) + 1);
  pass(1s);
  BOOST_TEST(b.subscriber.all<chunk_received>().size() == 2u);
  grant(at_b, credit_of(1000) - 2);
  pass(1s);
  BOOST_TEST(b.subscriber.all<chunk_received>().size() == 2u);
  grant(at_b, 2);
  pass(1s);
  BOOST_TEST(b.subscriber.all<chunk_received>().size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(writes_nobody_waits_for_are_bounded, pair_fixture) {
  std::vector<std::shared_ptr<std::optional<caf::error>>> answers;
  for (int i = 0; i < 200; ++i)
    answers.push_back(
        attempt(at_a.connection, write_chunk{at_a.key.channel, chunk{bytes(128 * 1024, std::byte{1})}}));
  auto refused = std::count_if(answers.begin(), answers.end(), [](const auto& x) {
    return x->has_value() && is(**x, errc::limit_reached);
  });
  BOOST_TEST(refused > 0);
  auto waiting = std::count_if(answers.begin(), answers.end(), [](const auto& x) { return !x->has_value(); });
  BOOST_TEST(waiting <= 64);
}

BOOST_FIXTURE_TEST_CASE(finishing_ends_one_direction_only, pair_fixture) {
  grant(at_a, 1 << 20);
  grant(at_b, 1 << 20);
  (void)attempt(at_a.connection, write_chunk{at_a.key.channel, text("last")});
  (void)attempt(at_a.connection, finish_channel{at_a.key.channel});
  pass(1s);
  BOOST_REQUIRE(b.subscriber.all<chunk_received>().size() == 1u);
  BOOST_REQUIRE(b.subscriber.all<peer_finished>().size() == 1u);
  auto late = attempt(at_a.connection, write_chunk{at_a.key.channel, text("too late")});
  BOOST_REQUIRE(late->has_value());
  BOOST_TEST(is(**late, errc::not_open));
  (void)attempt(at_b.connection, write_chunk{at_b.key.channel, text("answer")});
  pass(1s);
  BOOST_REQUIRE(a.subscriber.all<chunk_received>().size() == 1u);
  BOOST_TEST(a.subscriber.all<closed>().empty());
}

BOOST_FIXTURE_TEST_CASE(one_connection_carries_all_common_topics, pair_fixture) {
  auto shed = topic::of("shed");
  join(a, shed);
  join(b, shed);
  pass(5s);
  BOOST_REQUIRE(a.subscriber.all<connected>().size() == 2u);
  const auto& second = a.subscriber.all<connected>().back();
  BOOST_TEST((second.on == shed));
  BOOST_TEST((second.connection == at_a.connection));
  BOOST_TEST(second.key.channel != at_a.key.channel);
  BOOST_TEST((ask<transport_status>(a.transport, get_status{}).peers.size()) == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_topic_only_one_side_knows_opens_nothing, pair_fixture) {
  join(a, topic::of("secret garden"));
  pass(2min);
  BOOST_TEST(a.subscriber.all<connected>().size() == 1u);
  BOOST_TEST(b.subscriber.all<connected>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_database_secret_keeps_out_who_does_not_have_it, swarm_fixture) {
  auto a = start(10);
  auto b = start(11);
  auto c = start(12);
  join(a, garden, "key");
  join(b, garden, "another key");
  join(c, garden, "key");
  pass(2min);
  BOOST_TEST(a.subscriber.all<connected>().size() == 1u);
  BOOST_TEST(b.subscriber.all<connected>().empty());
  BOOST_TEST(c.subscriber.all<connected>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_lost_path_closes_both_sides_with_its_reason, pair_fixture) {
  network.cut(b.where);
  pass(3min);
  BOOST_REQUIRE(a.subscriber.all<closed>().size() == 1u);
  BOOST_REQUIRE(b.subscriber.all<closed>().size() == 1u);
  BOOST_TEST((a.subscriber.all<closed>().front().reason == errc::path_lost));
  BOOST_TEST((b.subscriber.all<closed>().front().reason == errc::path_lost));
  network.mend(b.where);
  pass(3min);
  BOOST_TEST(a.subscriber.all<connected>().size() == 2u);
  BOOST_TEST(b.subscriber.all<connected>().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_subscriber_that_ends_leaves_its_topics, pair_fixture) {
  kill(a.subscriber.handle);
  pass(5s);
  BOOST_TEST(b.subscriber.all<closed>().size() == 1u);
  auto other = record<connected>();
  auto answer = attempt(a.transport, connect_topic{garden, {}, other.handle});
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(!**answer);
  pass(2min);
  BOOST_TEST(other.all<connected>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_second_subscriber_of_a_topic_is_refused, pair_fixture) {
  auto other = record<connected>();
  auto answer = attempt(a.transport, connect_topic{garden, {}, other.handle});
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(is(**answer, errc::already_joined));
}

// Without the rule of the superseded instance the two would take the place from each other for ever.
BOOST_FIXTURE_TEST_CASE(two_processes_with_one_identity_are_reported_and_one_stays_connected, swarm_fixture) {
  auto shared = make_identity();
  std::vector<node> nodes{start(10)};
  for (std::uint16_t port : {11, 12}) {
    auto setup = setup_at(port);
    setup.identity = shared;
    nodes.push_back(start(std::move(setup)));
  }
  for (auto& n : nodes)
    join(n);
  pass(10min);
  auto& third = nodes.front();
  BOOST_TEST(third.subscriber.all<connected>().size() <= 2u);
  BOOST_TEST((ask<transport_status>(third.transport, get_status{}).peers.size()) == 1u);
  auto conflicts = [&] {
    std::vector<std::ptrdiff_t> result;
    for (auto& n : nodes)
      result.push_back(
          std::ranges::count(n.events.all<swarm_event>(), "identity_conflict", &swarm_event::kind));
    return result;
  };
  auto before = conflicts();
  pass(5min);
  auto after = conflicts();
  // By now the waits have grown to 30 to 60 s, and at most four dials concern one node: two of its own, two that reach it.
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    BOOST_TEST(before[n] > 0);
    BOOST_TEST(after[n] - before[n] <= 4 * 10);
  }
}

// Every pair of five nodes that start at the same moment and all dial each other ends with exactly one connection, and
// no application sees another one come and go.
BOOST_FIXTURE_TEST_CASE(crossing_dials_end_in_one_connection_per_pair, swarm_fixture) {
  std::vector<node> nodes;
  for (std::uint16_t port = 10; port < 15; ++port)
    nodes.push_back(start(port));
  for (auto& n : nodes)
    join(n);
  pass(2min);
  for (auto& n : nodes) {
    BOOST_TEST(n.subscriber.all<connected>().size() == 4u);
    BOOST_TEST(n.subscriber.all<closed>().empty());
    BOOST_TEST((ask<transport_status>(n.transport, get_status{}).peers.size()) == 4u);
  }
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_is_not_on_the_access_list_gets_no_connection, swarm_fixture) {
  auto strict = setup_at(10);
  auto friendly = make_identity();
  strict.allow = [id = friendly->id()](const peer_id& peer) { return peer == id; };
  auto a = start(std::move(strict));
  auto stranger = start(11);
  auto known = setup_at(12);
  known.identity = friendly;
  auto b = start(std::move(known));
  for (auto* n : {&a, &stranger, &b})
    join(*n);
  pass(2min);
  BOOST_TEST(a.subscriber.all<connected>().size() == 1u);
  BOOST_TEST(a.subscriber.all<connected>().front().peer.id == to_string(friendly->id()));
  BOOST_TEST(stranger.subscriber.all<connected>().size() == 1u); // b, which lets everyone in
  auto counters = ask<transport_status>(a.transport, get_status{}).counters;
  BOOST_TEST(counters["session.access_denied"] > 0u);
}

BOOST_FIXTURE_TEST_CASE(a_tampered_datagram_harms_nothing_and_garbage_is_counted, pair_fixture) {
  grant(at_b, 1 << 20);
  network.inject(a.where, b.where, to_bytes("garbage"));
  network.inject(a.where, b.where, to_bytes("d1:ade"));
  network.inject(a.where, b.where, {std::byte{0x57}, std::byte{0xff}});
  network.inject(a.where, b.where, bytes(20, std::byte{0xff}));
  pass(1s);
  (void)attempt(at_a.connection, write_chunk{at_a.key.channel, text("still here")});
  pass(1s);
  BOOST_TEST(b.subscriber.all<chunk_received>().size() == 1u);
  auto counters = ask<transport_status>(b.transport, get_status{}).counters;
  BOOST_TEST(counters["dht.malformed"] == 1u);
  std::uint64_t control = 0;
  for (const auto& [name, n] : counters)
    if (name.starts_with("dial."))
      control += n;
  BOOST_TEST(control == 1u);
}

// A bit flipped in the payload of a stream packet reaches the session, whose records authenticate: the pipe ends, and the
// connection goes on over another one.
BOOST_FIXTURE_TEST_CASE(a_tampered_record_costs_a_pipe_and_neither_message_nor_connection, pair_fixture) {
  grant(at_b, 1 << 20);
  auto once = true;
  network.tamper = [&](bytes& datagram) {
    if (once && datagram.size() > 1000 && datagram[0] == std::byte{0xff}) {
      datagram.back() ^= std::byte{1};
      once = false;
    }
  };
  seeded_random random{1}; // a run of one octet would shrink to less than such a datagram
  (void)attempt(at_a.connection, write_chunk{at_a.key.channel, chunk{sample_noise(random, 5000)}});
  pass(20s);
  BOOST_TEST(!once);
  BOOST_REQUIRE(b.subscriber.all<chunk_received>().size() == 1u);
  BOOST_TEST((b.subscriber.all<chunk_received>().front().data.view().size() == 5000u));
  for (const auto* n : {&a, &b})
    BOOST_TEST(n->subscriber.all<closed>().empty());
  (void)attempt(b.transport, disconnect{});
  pass(20s);
  auto counters = ask<transport_status>(b.transport, get_status{}).counters;
  BOOST_TEST(counters["session.tampered_record"] == 1u);
  BOOST_TEST(counters["session.garbled_pipes"] == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
