// What strangers may take of a responder.
#include "messages/address_prefix.hpp"
#include "tests/support/seeded_random.hpp"
#include "transports/dial/endpoint.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace warren;

namespace {

/// A responder, and initiators that are nothing but their packets.
struct responder_fixture {
  explicit responder_fixture(dial::config settings = {}) : responder{settings, random} {}

  enum class answer { accepted, busy };

  /// Opens a stream from `from`, cookie and all.
  answer open(const endpoint& from) {
    control::open packet;
    packet.initiator_id = ++last_id;
    random.fill(packet.token);
    packet.cookie = std::get<control::cookie>(ask(from, packet)).value;
    opened = packet;
    auto reply = ask(from, packet);
    if (auto accepted = std::get_if<control::accept>(&reply)) {
      local_id = accepted->responder_id;
      return answer::accepted;
    }
    BOOST_TEST((std::get<control::refuse>(reply).reason == control::refusal::busy));
    return answer::busy;
  }

  answer open(const std::string& from) { return open(*endpoint::parse(from)); }

  /// Opens a stream whose peer proves itself; returns its id.
  std::uint32_t open_proved(const endpoint& from) {
    BOOST_REQUIRE((open(from) == answer::accepted));
    responder.prove(local_id);
    return local_id;
  }

  control::packet ask(const endpoint& from, const control::open& packet) {
    responder.handle_packet(now, from, control::encode(packet));
    auto out = responder.poll_transmit();
    BOOST_REQUIRE(out.has_value());
    return *control::parse_packet(out->payload);
  }

  /// Returns the streams that were to give way since the last call.
  std::vector<std::uint32_t> gave_way() {
    std::vector<std::uint32_t> result;
    while (auto event = responder.poll_event())
      if (auto gone = std::get_if<dial::given_way>(&*event))
        result.push_back(gone->local_id);
    return result;
  }

  time_point now{1h};
  test::seeded_random random{7};
  dial::endpoint responder;
  control::open opened;
  std::uint32_t last_id = 0;
  std::uint32_t local_id = 0; // of the stream accepted last
};

using answer = responder_fixture::answer;

/// Returns one of many hosts, each in a network of its own.
endpoint host(std::uint32_t n) {
  return {ip_address::v4({std::byte{198}, std::byte(n >> 16), std::byte(n >> 8), std::byte(n)}), 1000};
}

dial::config no_rate(dial::config settings = {}) {
  settings.open_burst = 1e9;
  return settings;
}

} // namespace

BOOST_AUTO_TEST_SUITE(dial_limits)

BOOST_AUTO_TEST_CASE(silent_strangers_make_room_for_newcomers_the_oldest_first) {
  responder_fixture f;
  std::vector<std::uint32_t> silent;
  for (std::uint32_t i = 0; i < dial::config{}.max_unproved; ++i) {
    BOOST_REQUIRE((f.open(host(i)) == answer::accepted));
    silent.push_back(f.local_id);
  }
  BOOST_TEST(f.gave_way().empty());
  f.responder.prove(silent[0]);
  f.responder.release(f.now, silent[1]);
  for (std::uint32_t i = 0; i < 5; ++i)
    BOOST_REQUIRE((f.open(host(100'000 + i)) == answer::accepted));
  BOOST_TEST((f.gave_way() == std::vector<std::uint32_t>{silent[2], silent[3], silent[4]}));
  BOOST_TEST(f.responder.stats().unproved_limit == 3u);
  BOOST_TEST(f.responder.unproved_streams() == dial::config{}.max_unproved);
}

BOOST_AUTO_TEST_CASE(a_stranger_that_opens_ever_more_streams_loses_its_own) {
  dial::config settings = no_rate();
  settings.max_unproved_per_source = 2;
  responder_fixture f{settings};
  f.open("192.0.2.9:1");
  auto honest = f.local_id;
  std::vector<std::uint32_t> flood;
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST((f.open("192.0.2.1:" + std::to_string(1000 + i)) == answer::accepted));
    flood.push_back(f.local_id);
  }
  BOOST_TEST((f.gave_way() == std::vector<std::uint32_t>{flood[0], flood[1]}));
  BOOST_TEST(f.responder.stats().address_limit == 2u);
  f.responder.prove(honest);
  BOOST_TEST(f.responder.unproved_streams() == 2u);
}

BOOST_AUTO_TEST_CASE(the_addresses_of_one_64_count_as_one) {
  dial::config settings;
  settings.max_unproved_per_source = 1;
  settings.open_burst = 3;
  responder_fixture f{settings};
  f.open("[2001:db8::1]:1");
  auto first = f.local_id;
  f.open("[2001:db8:0:1::1]:1"); // the next /64
  BOOST_TEST(f.gave_way().empty());
  f.open("[2001:db8::ffff:1]:1");
  BOOST_TEST((f.gave_way() == std::vector<std::uint32_t>{first}));
  f.open("[2001:db8::2]:1");
  BOOST_TEST((f.open("[2001:db8::3]:1") == answer::busy));
  BOOST_TEST((f.open("[2001:db8:0:1::2]:1") == answer::accepted));
}

BOOST_AUTO_TEST_CASE(proved_peers_give_way_to_nobody_and_above_their_limit_newcomers_are_told_busy) {
  dial::config settings = no_rate();
  settings.max_unproved = 1;
  settings.max_proved = 3;
  responder_fixture f{settings};
  auto first = f.open_proved(host(1));
  f.open_proved(host(2));
  f.open(host(3)); // unproved: it is not refused for the others
  auto third = f.local_id;
  f.open(host(4));
  BOOST_TEST((f.gave_way() == std::vector<std::uint32_t>{third}));
  f.responder.prove(third); // just in time, and its owner kept it
  BOOST_TEST((f.open(host(5)) == answer::busy));
  BOOST_TEST(f.responder.stats().inbound_limit == 1u);
  f.responder.release(f.now, first);
  BOOST_TEST((f.open(host(5)) == answer::accepted));
}

// As it was, 1024 peers were as many as any node could have, whatever max-peers said.
BOOST_AUTO_TEST_CASE(a_node_full_of_peers_lets_in_as_many_as_it_is_told) {
  dial::config settings = no_rate();
  settings.max_proved = dial::proved_streams_for(10'000);
  responder_fixture f{settings};
  for (std::uint32_t i = 0; i < 20'000; ++i)
    f.open_proved(host(i));
  BOOST_TEST(f.gave_way().empty());
  BOOST_TEST(f.responder.inbound_streams() == 20'000u);
}

BOOST_AUTO_TEST_CASE(openings_of_one_address_have_a_rate_and_a_repetition_is_none) {
  responder_fixture f;
  const auto burst = static_cast<int>(dial::config{}.open_burst);
  auto open_and_fail = [&] {
    auto got = f.open(host(1));
    if (got == answer::accepted)
      f.responder.release(f.now, f.local_id);
    return got == answer::accepted;
  };
  for (int i = 0; i < burst; ++i)
    BOOST_REQUIRE(open_and_fail());
  BOOST_TEST(!open_and_fail());
  BOOST_TEST(f.responder.stats().opening_rate == 1u);
  BOOST_TEST((f.open(host(2)) == answer::accepted), "others have their own");
  auto accepted = 0;
  for (int i = 0; i < 1000; ++i) {
    f.now += 10ms;
    accepted += open_and_fail();
  }
  BOOST_TEST(accepted == 10 * dial::config{}.opens_per_second);
  f.open(host(3));
  for (int i = 0; i < 2 * burst; ++i)
    BOOST_REQUIRE(std::holds_alternative<control::accept>(f.ask(host(3), f.opened)));
}

BOOST_AUTO_TEST_CASE(many_peers_on_this_host_are_not_one_stranger) {
  responder_fixture f;
  for (std::uint16_t port = 1; port <= 1000; ++port)
    BOOST_REQUIRE((f.open("127.0.0.1:" + std::to_string(port)) == answer::accepted));
  BOOST_TEST(f.gave_way().empty());
}

BOOST_AUTO_TEST_CASE(sources_with_a_rate_are_bounded_and_old_ones_are_kept_apart_from_a_flood) {
  dial::opening_rate rate{1, 2, 100};
  time_point now{1h};
  BOOST_TEST(rate.admit(now, host(0).address));
  auto admitted = 0;
  for (std::uint32_t i = 1; i < 1000; ++i)
    admitted += rate.admit(now, host(i).address);
  BOOST_TEST(rate.sources() == 100u);
  BOOST_TEST(admitted == 99 + 2, "who comes after them shares one bucket");
  BOOST_TEST(rate.admit(now, host(0).address), "who was there before has its own");
  now += 2s;
  BOOST_TEST(rate.admit(now, host(5000).address));
  BOOST_TEST(rate.sources() <= 2u);
}

BOOST_AUTO_TEST_CASE(a_stream_that_had_to_give_way_is_known_until_it_is_gone_or_its_peer_is_proved) {
  dial::config settings;
  settings.max_unproved = 1;
  responder_fixture here{settings};
  std::vector<std::uint32_t> ids;
  for (auto from : {"192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"}) {
    BOOST_REQUIRE((here.open(from) == responder_fixture::answer::accepted));
    ids.push_back(here.local_id);
  }
  auto& responder = here.responder;
  BOOST_TEST((responder.gave_way(ids[0]) && responder.gave_way(ids[1]) && !responder.gave_way(ids[2])));
  responder.prove(ids[0]);
  responder.release(here.now, ids[1]);
  for (auto id : ids)
    BOOST_TEST(!responder.gave_way(id));
}

BOOST_AUTO_TEST_SUITE_END()
