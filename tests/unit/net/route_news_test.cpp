#include "transports/net/network_watch.hpp"
#include "transports/net/own_addresses.hpp"
#include "transports/net/route_news.hpp"

#include "messages/byte_order.hpp"
#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstring>

using namespace warren;
using net::route_news;

namespace {

template <class Header>
void put_header(bytes& out, const Header& header) {
  auto at = out.size();
  out.resize(at + ((sizeof(Header) + 3) & ~std::size_t{3}));
  std::memcpy(out.data() + at, &header, sizeof(Header));
}

void put_attribute(bytes& out, std::uint16_t type, byte_view value) {
  rtattr header{};
  header.rta_type = type;
  header.rta_len = static_cast<std::uint16_t>(sizeof(rtattr) + value.size());
  put_header(out, header);
  put(out, value);
  out.resize((out.size() + 3) & ~std::size_t{3});
}

bytes message(std::uint16_t type, const bytes& body) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof(nlmsghdr) + body.size());
  bytes out;
  put_header(out, header);
  put(out, body);
  return out;
}

bytes address(
    std::uint16_t type, std::string_view text, std::uint8_t scope = RT_SCOPE_UNIVERSE, std::uint8_t flags = 0,
    std::uint16_t attribute = IFA_LOCAL) {
  auto where = *ip_address::parse(text);
  ifaddrmsg header{};
  header.ifa_family = where.family() == address_family::ipv4 ? AF_INET : AF_INET6;
  header.ifa_scope = scope;
  header.ifa_flags = flags;
  header.ifa_index = 2;
  bytes body;
  put_header(body, header);
  put_attribute(body, IFA_LABEL, as_byte_view("eth0"));
  put_attribute(body, attribute, where.octets());
  return message(type, body);
}

bytes route(std::uint16_t type, std::uint8_t prefix, std::uint8_t kind = RTN_UNICAST, unsigned flags = 0) {
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_dst_len = prefix;
  header.rtm_type = kind;
  header.rtm_flags = flags;
  bytes body;
  put_header(body, header);
  return message(type, body);
}

bytes link(std::uint16_t type, int index, unsigned flags) {
  ifinfomsg header{};
  header.ifi_index = index;
  header.ifi_flags = flags;
  bytes body;
  put_header(body, header);
  return message(type, body);
}

} // namespace

BOOST_AUTO_TEST_SUITE(route_news_test)

BOOST_AUTO_TEST_CASE(an_address_that_comes_or_goes_counts_and_one_told_again_does_not) {
  for (auto text : {"192.0.2.1", "2001:db8::1"}) {
    route_news news;
    BOOST_TEST(news.handle(address(RTM_NEWADDR, text)));
    BOOST_TEST(!news.handle(address(RTM_NEWADDR, text)));
    BOOST_TEST(news.handle(address(RTM_DELADDR, text)));
    BOOST_TEST(news.handle(address(RTM_NEWADDR, text)));
    BOOST_TEST(news.malformed() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(ipv6_names_its_own_address_without_a_peer) {
  route_news news;
  BOOST_TEST(news.handle(address(RTM_NEWADDR, "2001:db8::1", RT_SCOPE_UNIVERSE, 0, IFA_ADDRESS)));
}

BOOST_AUTO_TEST_CASE(addresses_of_no_use_beyond_this_host_or_not_yet_do_not_count) {
  route_news news;
  BOOST_TEST(!news.handle(address(RTM_NEWADDR, "127.0.0.1", RT_SCOPE_HOST)));
  BOOST_TEST(!news.handle(address(RTM_NEWADDR, "fe80::1", RT_SCOPE_LINK)));
  BOOST_TEST(!news.handle(address(RTM_NEWADDR, "2001:db8::1", RT_SCOPE_UNIVERSE, IFA_F_TENTATIVE)));
  BOOST_TEST(news.handle(address(RTM_NEWADDR, "2001:db8::1")));
}

BOOST_AUTO_TEST_CASE(default_routes_count_and_others_do_not) {
  route_news news;
  BOOST_TEST(news.handle(route(RTM_NEWROUTE, 0)));
  BOOST_TEST(news.handle(route(RTM_DELROUTE, 0)));
  BOOST_TEST(!news.handle(route(RTM_NEWROUTE, 24)));
  BOOST_TEST(!news.handle(route(RTM_NEWROUTE, 0, RTN_UNREACHABLE)));
  BOOST_TEST(!news.handle(route(RTM_NEWROUTE, 0, RTN_UNICAST, RTM_F_CLONED)));
}

BOOST_AUTO_TEST_CASE(an_interface_counts_when_its_carrier_changes) {
  route_news news;
  BOOST_TEST(news.handle(link(RTM_NEWLINK, 2, IFF_UP | IFF_RUNNING)));
  BOOST_TEST(!news.handle(link(RTM_NEWLINK, 2, IFF_UP | IFF_RUNNING | IFF_PROMISC)));
  BOOST_TEST(news.handle(link(RTM_NEWLINK, 2, IFF_UP)));
  BOOST_TEST(!news.handle(link(RTM_NEWLINK, 2, 0)));
  BOOST_TEST(news.handle(link(RTM_DELLINK, 2, 0)));
  BOOST_TEST(!news.handle(link(RTM_DELLINK, 2, 0)));
  BOOST_TEST(!news.handle(link(RTM_NEWLINK, 1, IFF_UP | IFF_RUNNING | IFF_LOOPBACK)));
}

BOOST_AUTO_TEST_CASE(one_datagram_holds_many_messages_and_what_was_lost_counts) {
  route_news news;
  auto datagram = route(RTM_NEWROUTE, 24);
  put(datagram, message(NLMSG_NOOP, {}));
  BOOST_TEST(!news.handle(datagram));
  put(datagram, address(RTM_NEWADDR, "192.0.2.1"));
  put(datagram, message(999, bytes(40)));
  BOOST_TEST(news.handle(datagram));
  BOOST_TEST(!news.handle(datagram));
  BOOST_TEST(news.handle(message(NLMSG_OVERRUN, {})));
  BOOST_TEST(news.malformed() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_cut_short_or_lies_about_its_size_is_counted_and_dropped) {
  auto whole = address(RTM_NEWADDR, "192.0.2.1");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    route_news news;
    BOOST_TEST(!news.handle(byte_view{whole}.first(size)));
    BOOST_TEST(news.malformed() == 1u);
  }
  for (auto type : {RTM_NEWADDR, RTM_DELADDR, RTM_NEWROUTE, RTM_NEWLINK, RTM_DELLINK}) {
    route_news news;
    BOOST_TEST(!news.handle(message(static_cast<std::uint16_t>(type), bytes(2))));
    BOOST_TEST(news.malformed() == 1u);
  }
  for (std::uint32_t length : {0u, 1u, 15u, 0xffffffffu, 0x80000000u}) {
    route_news news;
    auto lying = whole;
    std::memcpy(lying.data(), &length, sizeof(length));
    BOOST_TEST(!news.handle(lying));
    BOOST_TEST(news.malformed() == 1u);
  }
  for (std::uint16_t length : {std::uint16_t{0}, std::uint16_t{3}, std::uint16_t{0xffff}}) {
    route_news news;
    auto lying = whole;
    std::memcpy(lying.data() + sizeof(nlmsghdr) + sizeof(ifaddrmsg), &length, sizeof(length));
    BOOST_TEST(!news.handle(lying));
    BOOST_TEST(news.malformed() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(noise_is_survived) {
  test::seeded_random random{3};
  route_news news;
  auto whole = address(RTM_NEWADDR, "192.0.2.1");
  put(whole, link(RTM_NEWLINK, 2, IFF_UP));
  for (auto i = 0; i < 20'000; ++i) {
    auto noisy = whole;
    for (auto n = 1 + random.below(4); n > 0; --n)
      noisy[random.below(noisy.size())] = static_cast<std::byte>(random.below(256));
    static_cast<void>(news.handle(noisy));
  }
  BOOST_TEST(news.malformed() > 0u);
}

BOOST_AUTO_TEST_CASE(a_flood_of_addresses_takes_bounded_memory) {
  route_news news;
  for (std::uint32_t i = 0; i < 10 * route_news::most_remembered; ++i)
    BOOST_TEST(news.handle(address(RTM_NEWADDR, "10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255)
                                                    + "." + std::to_string(i & 255))));
  // The table was emptied on the way, so the first is news again.
  BOOST_TEST(news.handle(address(RTM_NEWADDR, "10.0.0.0")));
}

BOOST_AUTO_TEST_CASE(a_watch_starts_and_ends_or_says_why_not) {
  auto watch = net::network_watch::start([] {});
  auto started = watch ? *watch != nullptr : bool(watch.error());
  BOOST_TEST(started);
}

BOOST_AUTO_TEST_CASE(what_goes_to_the_loopback_comes_from_there) {
  auto loopback = *ip_address::parse("127.0.0.1");
  BOOST_TEST((net::source_towards({loopback, 9}) == loopback));
}

BOOST_AUTO_TEST_SUITE_END()
