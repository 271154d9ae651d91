#include "tools/warren/doctor_findings.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::program;

namespace {

dht_facts dht_that_answers(const std::string& nat) {
  dht_facts result;
  result.tried = true;
  result.status.nodes = 4;
  result.status.external = "198.51.100.7:4000";
  result.status.nat = nat;
  return result;
}

relay_facts relay_that(bool joins, std::optional<std::chrono::seconds> skew = {}) {
  return {"wss://relay.example/", joins, joins ? "" : "Connection refused", skew};
}

finding find(const doctor_facts& facts, const std::string& check) {
  auto all = judge(facts);
  auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.check == check; });
  BOOST_REQUIRE_MESSAGE(found != all.end(), check << " is not among the findings");
  return *found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(doctor_findings_test)

BOOST_AUTO_TEST_CASE(every_finding_says_what_it_means_and_every_problem_what_to_do) {
  std::vector<doctor_facts> cases(8);
  cases[1].ipv4 = dht_that_answers("open");
  cases[2].ipv4 = dht_that_answers("random");
  cases[3].ipv4.tried = true;
  cases[3].relays = {relay_that(true, 0s)};
  cases[4].ipv4.tried = true;
  cases[4].relays = {relay_that(false)};
  cases[4].proxies = {{"https_proxy", "proxy:3128"}};
  cases[5].ipv4.tried = true;
  cases[5].ipv4.problem = "cannot bind";
  cases[6].ipv4 = dht_that_answers("unknown");
  cases[6].ipv4.status.external.clear();
  cases[6].ipv6.tried = true;
  cases[7].ipv6 = dht_that_answers("open");
  cases[7].relays = {relay_that(true, -90s)};
  cases[7].proxies = {{"https_proxy", "proxy:3128"}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (const auto& each : judge(cases[i])) {
      BOOST_TEST_CONTEXT("case " << i << ", " << each.check) {
        BOOST_TEST(!each.result.empty());
        BOOST_TEST(!each.meaning.empty());
        if (each.state == "limited" || each.state == "bad")
          BOOST_TEST(!each.advice.empty());
        else
          BOOST_TEST((each.state == "good" || each.state == "unknown"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(silence_of_the_dht_is_called_blocked_udp_only_where_something_else_gets_out) {
  doctor_facts facts;
  BOOST_TEST(find(facts, "udp").result == "not tried");
  facts.ipv4.tried = true;
  BOOST_TEST(find(facts, "udp").result == "no answer");
  facts.relays = {relay_that(true)};
  BOOST_TEST(find(facts, "udp").result == "blocked");
  facts.ipv4 = dht_that_answers("open");
  BOOST_TEST(find(facts, "udp").result == "works");
}

BOOST_AUTO_TEST_CASE(the_nats_kind_is_told_with_the_rfcs_word_for_it) {
  doctor_facts facts;
  facts.ipv4 = dht_that_answers("random");
  facts.ipv4.status.mapping = "address-dependent";
  auto nat = find(facts, "nat");
  BOOST_TEST(nat.state == "limited");
  BOOST_TEST(nat.meaning.find("address-dependent mapping") != std::string::npos);
  facts.ipv4 = dht_that_answers("consistent");
  BOOST_TEST(find(facts, "nat").state == "good");
}

BOOST_AUTO_TEST_CASE(each_family_that_was_tried_is_judged_by_itself) {
  auto of_family = [](const doctor_facts& facts, const std::string& check, const std::string& family) {
    auto all = judge(facts);
    auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) {
      return each.check == check && each.detail.value("family", "") == family;
    });
    return found == all.end() ? std::string{"none"} : found->state + " " + found->result;
  };
  doctor_facts facts;
  facts.ipv4.tried = true;
  facts.ipv6 = dht_that_answers("consistent");
  facts.ipv6.status.external = "[2001:db8::1]:4000";
  BOOST_TEST(of_family(facts, "udp", "IPv4") == "bad no answer");
  BOOST_TEST(of_family(facts, "nat", "IPv4") == "none");
  BOOST_TEST(of_family(facts, "udp", "IPv6") == "good works");
  BOOST_TEST(of_family(facts, "nat", "IPv6") == "good consistent");
  BOOST_TEST(of_family(facts, "external", "IPv6") == "good [2001:db8::1]:4000");
  facts.ipv4 = dht_that_answers("random");
  BOOST_TEST(of_family(facts, "nat", "IPv4") == "limited random");
  facts.ipv4 = {};
  BOOST_TEST(of_family(facts, "udp", "IPv4") == "none");
}

BOOST_AUTO_TEST_CASE(what_nobody_can_tell_is_called_unknown_with_what_would_tell) {
  doctor_facts facts;
  facts.ipv4 = dht_that_answers("consistent");
  auto filtering = find(facts, "filtering");
  BOOST_TEST(filtering.state == "unknown");
  BOOST_TEST(filtering.advice.find("--bootstrap 198.51.100.7:PORT") != std::string::npos);
  auto mapping = find(facts, "mapping");
  BOOST_TEST(mapping.result == "not tried");
  BOOST_TEST(mapping.meaning.find("UPnP") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_clock_is_judged_by_how_far_it_is_from_the_relays) {
  auto clock = [](std::optional<std::chrono::seconds> skew) {
    doctor_facts facts;
    facts.relays = {relay_that(true, skew)};
    return find(facts, "clock");
  };
  BOOST_TEST(clock({}).state == "unknown");
  BOOST_TEST(clock(-2s).result == "right");
  BOOST_TEST(clock(30s).result == "30 s behind");
  BOOST_TEST(clock(30s).state == "limited");
  BOOST_TEST(clock(-1h).result == "3600 s ahead");
  BOOST_TEST(clock(-1h).state == "bad");
}

BOOST_AUTO_TEST_CASE(ipv6_is_told_by_address_and_answer) {
  doctor_facts facts;
  facts.own_addresses = {*ip_address::parse("fe80::1"), *ip_address::parse("10.0.0.1")};
  BOOST_TEST(find(facts, "ipv6").result == "none");
  facts.own_addresses.push_back(*ip_address::parse("2001:db8::1"));
  BOOST_TEST(find(facts, "ipv6").result == "2001:db8::1");
  facts.ipv6.tried = true;
  BOOST_TEST(find(facts, "ipv6").state == "bad");
  facts.ipv6 = dht_that_answers("open");
  BOOST_TEST(find(facts, "ipv6").state == "good");
}

BOOST_AUTO_TEST_CASE(it_fails_only_where_nothing_that_was_tried_works) {
  doctor_facts facts;
  BOOST_TEST(no_way_out(facts).empty());
  facts.ipv4.tried = true;
  BOOST_TEST(!no_way_out(facts).empty());
  facts.relays = {relay_that(false)};
  BOOST_TEST(!no_way_out(facts).empty());
  facts.relays.push_back(relay_that(true));
  BOOST_TEST(no_way_out(facts).empty());
  facts.relays.clear();
  facts.ipv6 = dht_that_answers("unknown");
  BOOST_TEST(no_way_out(facts).empty());
}

BOOST_AUTO_TEST_SUITE_END()
