#include "tests/support/actor_fixture.hpp"
#include "tests/support/actor_network.hpp"

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
  auto octets = std::make_shared<bytes>(1000, std::byte{'d'});
  net::packet packet{{}, *octets};
  std::weak_ptr<bytes> buffer = octets;
  const auto sent = 2 * udp_port::max_waiting_krpc / 1000;
  auto flood = [&](std::shared_ptr<bytes> owner) {
    for (std::size_t i = 0; i < sent; ++i)
      port->deliver(net::packet_batch{owner, std::span{&packet, 1}});
  };
  auto dropped = [&] {
    counter_map counters;
    port->count_into(counters);
    return counters["udp.krpc_overload"];
  };
  flood(std::exchange(octets, {}));
  BOOST_TEST(
      buffer.expired(), "the receiver has not read it yet, and the receive buffer is free all the same");
  const auto taken = udp_port::max_waiting_krpc / 1000;
  BOOST_TEST(dropped() == sent - taken);
  run();
  BOOST_TEST(krpc.all<packets_arrived>().size() == taken);
  BOOST_TEST(
      as_text(krpc.all<packets_arrived>().front().batch->packets()[0].payload) == std::string(1000, 'd'));
  krpc.all<packets_arrived>().clear();
  deliver({to_bytes("d1")});
  BOOST_TEST(krpc.all<packets_arrived>().size() == 1u, "there is room again once it has read them");
  BOOST_TEST(dropped() == sent - taken);
}

BOOST_AUTO_TEST_CASE(a_detached_stream_gets_nothing_more) {
  port->detach(0x01020304);
  deliver({udx(0x01020304)});
  BOOST_TEST(stream.all<packets_arrived>().empty());
}

BOOST_AUTO_TEST_SUITE_END()
