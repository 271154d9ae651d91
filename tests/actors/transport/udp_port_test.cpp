#include "tests/support/actor_fixture.hpp"
#include "tests/support/actor_network.hpp"
#include "tests/support/seeded_random.hpp"

using namespace warren;
using namespace warren::test;

namespace {

struct port_fixture : actor_fixture {
  port_fixture() {
    port->krpc_to(krpc.handle);
    port->control_to(control.handle);
    port->attach(0x01020304, stream.handle);
  }

  static bytes udx(std::uint32_t id) {
    bytes packet(20);
    packet[0] = std::byte{0xff};
    packet[1] = std::byte{0x01};
    for (std::size_t i = 0; i < 4; ++i)
      packet[4 + i] = static_cast<std::byte>(id >> 8 * i);
    return packet;
  }

  /// A packet of stream `id` that can be told from others.
  static bytes udx(std::uint32_t id, std::uint8_t number) {
    auto packet = udx(id);
    packet.back() = std::byte{number};
    return packet;
  }

  /// Returns the batches that came since the last call, each as its datagrams.
  static std::vector<std::vector<bytes>> arrived(const recorder<packets_arrived>& at) {
    std::vector<std::vector<bytes>> result;
    for (const auto& message : at.take<packets_arrived>())
      for (auto& batch = result.emplace_back(); const auto& packet : *message.batch)
        batch.push_back(to_bytes(packet.payload));
    return result;
  }

  void deliver(const std::vector<bytes>& datagrams) {
    std::vector<net::packet> packets;
    for (const auto& d : datagrams)
      packets.push_back({{}, d});
    auto kept = std::make_shared<std::pair<std::vector<bytes>, std::vector<net::packet>>>(
        datagrams, std::move(packets));
    for (std::size_t i = 0; i < kept->first.size(); ++i)
      kept->second[i].payload = kept->first[i];
    std::span<const net::packet> view{kept->second};
    port->deliver(net::packet_batch{std::move(kept), view});
    run();
  }

  /// Delivers one datagram so many times, before anybody reads one.
  void flood(std::shared_ptr<bytes> datagram, std::size_t times) {
    net::packet packet{{}, *datagram};
    for (std::size_t i = 0; i < times; ++i)
      port->deliver(net::packet_batch{datagram, std::span{&packet, 1}});
  }

  std::uint64_t dropped(const std::string& name) const {
    counter_map counters;
    port->count_into(counters);
    return counters[name];
  }

  void check_flood(
      std::byte kind, std::size_t size, const recorder<packets_arrived>& receiver,
      const std::string& counter) {
    const auto taken = datagram_copies::max_waiting / datagram_copies::cost_of(size);
    auto datagram = std::make_shared<bytes>(size, kind);
    std::weak_ptr<bytes> buffer = datagram;
    flood(std::exchange(datagram, {}), 2 * taken);
    BOOST_TEST(buffer.expired(), "nobody has read it yet, and the receive buffer is free all the same");
    BOOST_TEST(dropped(counter) == taken);
    run();
    BOOST_REQUIRE(receiver.all<packets_arrived>().size() == taken);
    BOOST_TEST(
        (to_bytes(receiver.all<packets_arrived>().front().batch->packets()[0].payload) == bytes(size, kind)));
    receiver.all<packets_arrived>().clear();
    deliver({bytes(size, kind)});
    BOOST_TEST(receiver.all<packets_arrived>().size() == 1u, "there is room again once it has read them");
    BOOST_TEST(dropped(counter) == taken);
  }

  actor_network network;
  std::shared_ptr<udp_port> port = network.make_port({});
  recorder<packets_arrived> krpc = record<packets_arrived>();
  recorder<packets_arrived> control = record<packets_arrived>();
  recorder<packets_arrived> stream = record<packets_arrived>();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(udp_port_test, port_fixture)

BOOST_AUTO_TEST_CASE(the_first_octet_names_the_receiver_and_each_gets_one_message_a_batch) {
  deliver(
      {udx(0x01020304), to_bytes("d1"), udx(0x01020304), {std::byte{0x57}}, to_bytes("d2"), udx(0x01020304)});
  BOOST_REQUIRE(krpc.all<packets_arrived>().size() == 1u);
  BOOST_TEST(krpc.all<packets_arrived>().front().batch->size() == 2u);
  BOOST_REQUIRE(control.all<packets_arrived>().size() == 1u);
  BOOST_TEST(control.all<packets_arrived>().front().batch->size() == 1u);
  BOOST_REQUIRE(stream.all<packets_arrived>().size() == 1u);
  BOOST_TEST(stream.all<packets_arrived>().front().batch->size() == 3u);
  auto& second = krpc.all<packets_arrived>().front().batch->packets()[1];
  BOOST_TEST(as_text(second.payload) == "d2");
}

BOOST_AUTO_TEST_CASE(
    in_batches_that_mix_many_streams_each_gets_its_packets_once_and_in_order_in_one_message) {
  constexpr std::uint32_t streams = 300;
  seeded_random draw{1};
  std::vector<recorder<packets_arrived>> receivers;
  for (std::uint32_t id = 0; id < streams; ++id)
    port->attach(id, receivers.emplace_back(record<packets_arrived>()).handle);
  for (auto round = 0; round < 10; ++round) {
    std::vector<bytes> batch;
    std::vector<std::vector<bytes>> expected(streams);
    for (std::uint8_t number = 0; batch.size() < 2000; ++number) {
      auto id = static_cast<std::uint32_t>(draw.below(streams));
      for (auto train = draw.below(3); train < 3; ++train)
        expected[id].push_back(batch.emplace_back(udx(id, number++)));
      if (draw.below(5) == 0)
        batch.push_back(to_bytes("d1"));
    }
    deliver(batch);
    for (std::uint32_t id = 0; id < streams; ++id) {
      std::vector<std::vector<bytes>> messages(expected[id].empty() ? 0 : 1, expected[id]);
      BOOST_TEST((arrived(receivers[id]) == messages));
    }
    BOOST_TEST(arrived(krpc).size() == 1u);
    auto moved = static_cast<std::uint32_t>(draw.below(streams)); // ends, and another begins in its place
    port->detach(moved);
    port->attach(moved, receivers[moved].handle);
  }
}

BOOST_AUTO_TEST_CASE(who_has_two_streams_gets_a_message_for_each) {
  port->attach(7, stream.handle);
  deliver({udx(7, 1), udx(0x01020304, 2), udx(7, 3)});
  std::vector<std::vector<bytes>> expected{{udx(7, 1), udx(7, 3)}, {udx(0x01020304, 2)}};
  BOOST_TEST((arrived(stream) == expected));
}

BOOST_AUTO_TEST_CASE(between_batches_the_port_keeps_a_receiver_alive_by_its_stream_alone) {
  auto references = [&] {
    return caf::actor_cast<caf::abstract_actor*>(stream.handle)->ctrl()->strong_refs.load();
  };
  run();
  auto before = references();
  deliver({udx(0x01020304)});
  BOOST_TEST(references() == before);
  port->detach(0x01020304);
  BOOST_TEST(references() == before - 1);
}

BOOST_AUTO_TEST_CASE(what_nobody_waits_for_is_dropped_and_counted_by_reason) {
  port->krpc_to(nullptr);
  deliver({to_bytes("x"), {}, udx(99), to_bytes("d"), to_bytes("\xff\x01 short")});
  counter_map counters;
  port->count_into(counters);
  BOOST_TEST(counters["udp.garbage"] == 3u);
  BOOST_TEST(counters["udp.unknown_stream"] == 1u);
  BOOST_TEST(counters["udp.nobody_listens"] == 1u);
  BOOST_TEST(stream.all<packets_arrived>().empty());
}

BOOST_AUTO_TEST_CASE(krpc_that_nobody_reads_is_dropped_above_a_bound_and_holds_no_receive_buffer) {
  check_flood(std::byte{'d'}, 1000, krpc, "udp.krpc_overload");
}

BOOST_AUTO_TEST_CASE(control_packets_that_nobody_reads_are_dropped_above_a_bound_and_hold_no_receive_buffer) {
  check_flood(std::byte{0x57}, 32, control, "udp.control_overload");
}

BOOST_AUTO_TEST_CASE(a_flood_of_one_protocol_leaves_the_other_its_room) {
  flood(std::make_shared<bytes>(1000, std::byte{0x57}), datagram_copies::max_waiting / 1000);
  deliver({to_bytes("d1")});
  BOOST_TEST(krpc.all<packets_arrived>().size() == 1u);
  BOOST_TEST(dropped("udp.control_overload") > 0u);
  BOOST_TEST(dropped("udp.krpc_overload") == 0u);
}

BOOST_AUTO_TEST_CASE(a_detached_stream_gets_nothing_more) {
  port->detach(0x01020304);
  deliver({udx(0x01020304)});
  BOOST_TEST(stream.all<packets_arrived>().empty());
}

BOOST_AUTO_TEST_SUITE_END()
