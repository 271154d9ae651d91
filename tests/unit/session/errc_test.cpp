#include "transports/session/counters.hpp"
#include "transports/session/errc.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace warren::session;

BOOST_AUTO_TEST_SUITE(session_errc)

BOOST_AUTO_TEST_CASE(every_reason_has_its_own_message_and_survives_the_wire) {
  std::set<std::string> messages;
  for (std::uint16_t value = 1; value <= 33; ++value) {
    auto reason = static_cast<errc>(value);
    std::error_code code = reason;
    BOOST_TEST((code == reason));
    BOOST_TEST(code.message().find("unknown session error") == std::string::npos);
    BOOST_TEST(messages.insert(code.message()).second);
    BOOST_TEST((reason_from_wire(value) == reason));
  }
  for (std::uint16_t value = 100; value <= 104; ++value) {
    std::error_code code = static_cast<errc>(value);
    BOOST_TEST(messages.insert(code.message()).second);
    BOOST_TEST((reason_from_wire(value) == errc::unknown_reason));
  }
  BOOST_TEST((reason_from_wire(34) == errc::unknown_reason));
  BOOST_TEST((reason_from_wire(0) == errc::unknown_reason));
  BOOST_TEST((reason_from_wire(0xffff) == errc::unknown_reason));
}

BOOST_AUTO_TEST_CASE(every_fault_has_its_own_counter_and_decisions_have_none) {
  counters all;
  std::set<std::uint64_t*> seen;
  for (std::uint16_t value = 4; value <= 29; ++value) {
    auto* counter = counter_of(all, static_cast<errc>(value));
    BOOST_REQUIRE(counter);
    BOOST_TEST(seen.insert(counter).second);
  }
  for (auto fault : {errc::identity_conflict, errc::bad_compression}) {
    auto* counter = counter_of(all, fault);
    BOOST_REQUIRE(counter);
    BOOST_TEST(seen.insert(counter).second);
  }
  for (auto decision :
       {errc::closed_normally, errc::shutting_down, errc::duplicate, errc::cut_short, errc::would_block})
    BOOST_TEST(!counter_of(all, decision));
}

BOOST_AUTO_TEST_SUITE_END()
