#include "transports/net/udp_receiver.hpp"

#include "tests/unit/net/waiting.hpp"

#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <numeric>

using namespace warren;
using namespace warren::net;

namespace {

struct seen {
  std::vector<bytes> payloads;
  std::vector<endpoint> from;
  std::vector<std::size_t> sockets;
};

struct fixture {
  explicit fixture(const std::string& address, bool offload, std::size_t receivers = 1) {
    udp_options options{.segmentation_offload = offload};
    auto any = endpoint{*ip_address::parse(address), 0};
    auto bound = udp_socket::bind(any, options);
    BOOST_REQUIRE(bound);
    sender = *bound;
    for (std::size_t i = 0; i < receivers; ++i) {
      auto socket = udp_socket::bind(any, options);
      BOOST_REQUIRE(socket);
      sockets.push_back(*socket);
    }
    auto started = udp_receiver::start(sockets, [this](std::size_t index, packet_batch batch) {
      received.change([&](seen& all) {
        for (const auto& one : batch) {
          all.payloads.push_back(to_bytes(one.payload));
          all.from.push_back(one.from);
          all.sockets.push_back(index);
        }
      });
    });
    BOOST_REQUIRE(started);
    receiver = std::move(*started);
  }

  bool wait_for(std::size_t count) {
    return received.wait([count](const seen& all) { return all.payloads.size() >= count; });
  }

  std::shared_ptr<udp_socket> sender;
  std::vector<std::shared_ptr<udp_socket>> sockets;
  test::watched<seen> received;
  std::unique_ptr<udp_receiver> receiver;
};

bytes pattern(std::size_t size) {
  bytes made(size);
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<std::byte>(i * 7 + i / 251);
  return made;
}

const std::vector<bool> both{true, false};

} // namespace

BOOST_AUTO_TEST_SUITE(udp)

BOOST_DATA_TEST_CASE(a_batch_arrives_as_datagrams_of_the_segment_size, both, offload) {
  fixture net{"127.0.0.1", offload};
  BOOST_TEST_MESSAGE("segments " << net.sender->segments() << ", coalesces " << net.sockets[0]->coalesces());
  constexpr std::size_t segment = 1'200;
  auto data = pattern(segment * 150 + 77);
  auto report = net.sender->send_batch(net.sockets[0]->local(), data, segment);
  BOOST_TEST(report.sent == 151u);
  BOOST_TEST(report.blocked == 0u);
  BOOST_TEST(report.failed == 0u);
  BOOST_REQUIRE(net.wait_for(151));
  auto got = net.received.get();
  bytes joined;
  for (std::size_t i = 0; i < got.payloads.size(); ++i) {
    BOOST_TEST(got.payloads[i].size() == (i + 1 < got.payloads.size() ? segment : 77));
    BOOST_TEST((got.from[i] == net.sender->local()));
    joined.insert(joined.end(), got.payloads[i].begin(), got.payloads[i].end());
  }
  BOOST_TEST((joined == data));
  BOOST_TEST(net.sender->counters().sent == 151u);
  BOOST_TEST(net.sender->counters().sent_octets == data.size());
  if (offload && net.sender->segments())
    BOOST_TEST(net.sender->counters().send_calls < 10u);
}

BOOST_DATA_TEST_CASE(many_datagrams_to_several_sockets_keep_their_sizes, both, offload) {
  fixture net{"127.0.0.1", offload, 2};
  std::vector<bytes> payloads;
  std::vector<datagram> batch;
  for (std::size_t i = 0; i < 100; ++i)
    payloads.push_back(pattern(i * 13));
  for (std::size_t i = 0; i < payloads.size(); ++i)
    batch.push_back({net.sockets[i % 2]->local(), payloads[i]});
  BOOST_TEST(net.sender->send(batch).sent == 100u);
  BOOST_REQUIRE(net.wait_for(100));
  auto got = net.received.get();
  for (std::size_t socket = 0; socket < 2; ++socket) {
    std::size_t next = socket;
    for (std::size_t i = 0; i < got.payloads.size(); ++i)
      if (got.sockets[i] == socket) {
        BOOST_TEST((got.payloads[i] == payloads[next]));
        next += 2;
      }
  }
}

BOOST_DATA_TEST_CASE(ipv6_works_like_ipv4, both, offload) {
  fixture net{"::1", offload};
  auto data = pattern(10'000);
  BOOST_TEST(net.sender->send_batch(net.sockets[0]->local(), data, 1'000).sent == 10u);
  BOOST_REQUIRE(net.wait_for(10));
  BOOST_TEST((net.received.get().from[0] == net.sender->local()));
  BOOST_TEST(net.sender->local().address.is_loopback());
}

BOOST_AUTO_TEST_CASE(an_ipv6_socket_leaves_the_ipv4_port_free) {
  auto v6 = udp_socket::bind({*ip_address::parse("::"), 0});
  BOOST_REQUIRE(v6);
  auto v4 = udp_socket::bind({*ip_address::parse("0.0.0.0"), (*v6)->local().port});
  BOOST_TEST(static_cast<bool>(v4));
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_an_error_value) {
  auto first = udp_socket::bind({*ip_address::parse("127.0.0.1"), 0});
  BOOST_REQUIRE(first);
  auto second = udp_socket::bind((*first)->local());
  BOOST_TEST(!second);
  BOOST_TEST((second.error() == std::errc::address_in_use));
}

BOOST_DATA_TEST_CASE(what_the_kernel_refuses_is_counted_and_the_rest_goes_on, both, offload) {
  fixture net{"127.0.0.1", offload};
  auto small = pattern(10);
  auto huge = pattern(70'000);
  auto good = net.sockets[0]->local();
  endpoint wrong_family{*ip_address::parse("::1"), good.port};
  std::vector<datagram> batch{{good, small}, {good, huge}, {wrong_family, small}, {good, small}};
  auto report = net.sender->send(batch);
  BOOST_TEST(report.sent == 2u);
  BOOST_TEST(report.failed == 2u);
  BOOST_TEST(static_cast<bool>(report.last_error));
  BOOST_TEST(net.sender->counters().too_big == 1u);
  BOOST_TEST(net.sender->counters().unreachable == 1u);
  BOOST_TEST(net.wait_for(2));
  // A segment size above what one datagram can carry is refused by the kernel, not by us.
  auto batch_report = net.sender->send_batch(good, huge, 66'000);
  BOOST_TEST(batch_report.sent == 1u); // the shorter last one
  BOOST_TEST(batch_report.failed == 1u);
}

BOOST_AUTO_TEST_CASE(batches_outlive_the_receiver_and_unheld_slabs_are_reused) {
  auto any = endpoint{*ip_address::parse("127.0.0.1"), 0};
  auto from = *udp_socket::bind(any);
  auto to = *udp_socket::bind(any);
  test::watched<std::vector<packet_batch>> held;
  auto receiver = udp_receiver::start(
      {to},
      [&](std::size_t, packet_batch batch) {
        held.change([&](auto& all) { all.push_back(std::move(batch)); });
      },
      {.slabs = 2});
  BOOST_REQUIRE(receiver);
  auto data = pattern(64);
  BOOST_TEST(from->send(to->local(), data).sent == 1u);
  BOOST_REQUIRE(held.wait([](const auto& all) { return !all.empty(); }));
  auto part = held.get()[0].part(0, 1);
  held.change([](auto& all) { all.clear(); });
  // Far more than two slabs' worth, one batch after the other.
  auto large = pattern(60'000);
  for (std::size_t round = 0; round < 60; ++round) {
    BOOST_TEST(from->send(to->local(), byte_view{large}.first(10'000)).sent == 1u);
    BOOST_REQUIRE(held.wait([](const auto& all) { return !all.empty(); }));
    held.change([](auto& all) { all.clear(); });
  }
  (*receiver)->stop();
  BOOST_TEST((*receiver)->counters().packets == 61u);
  receiver->reset();
  BOOST_TEST((to_bytes(part.packets()[0].payload) == data));
}

BOOST_AUTO_TEST_CASE(a_receiver_whose_slabs_are_all_held_waits_and_can_still_be_stopped) {
  auto any = endpoint{*ip_address::parse("127.0.0.1"), 0};
  udp_options plain{.segmentation_offload = false};
  auto from = *udp_socket::bind(any, plain);
  auto to = *udp_socket::bind(any, plain);
  test::watched<std::vector<packet_batch>> held;
  auto receiver = udp_receiver::start(
      {to},
      [&](std::size_t, packet_batch batch) {
        held.change([&](auto& all) { all.push_back(std::move(batch)); });
      },
      {.slabs = 1});
  BOOST_REQUIRE(receiver);
  auto large = pattern(15'000);
  std::size_t octets = 0;
  while (octets < 2 * 1024 * 1024) {
    octets += from->send(to->local(), large).sent * large.size();
    BOOST_REQUIRE(held.wait([&](const auto& all) {
      std::size_t got = 0;
      for (const auto& batch : all)
        for (const auto& one : batch)
          got += one.payload.size();
      return got == octets || (*receiver)->counters().starved > 0;
    }));
    if ((*receiver)->counters().starved > 0)
      break;
  }
  BOOST_TEST((*receiver)->counters().starved == 1u);
  (*receiver)->stop();
}

BOOST_AUTO_TEST_SUITE_END()
