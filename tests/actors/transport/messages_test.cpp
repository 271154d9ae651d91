#include "messages/types.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/actor_fixture.hpp"

using namespace warren;
using namespace warren::test;

BOOST_AUTO_TEST_SUITE(messages_test)

BOOST_FIXTURE_TEST_CASE(a_database_secret_is_not_printed_with_its_message, actor_fixture) {
  auto request = connect_topic{topic::of("garden"), secret_bytes{"s3cret"}, record<connected>().handle};
  for (const auto& text : {caf::deep_to_string(request), caf::to_string(caf::make_message(request))}) {
    BOOST_TEST(text.find("(secret)") != std::string::npos, text);
    BOOST_TEST(text.find("s3cret") == std::string::npos, text);
    BOOST_TEST(text.find("115, 51") == std::string::npos, text); // nor as numbers
  }
}

BOOST_FIXTURE_TEST_CASE(a_database_secret_travels_whole_to_another_node, actor_fixture) {
  for (auto text : {"s3cret", ""}) {
    auto secret = secret_bytes{std::string_view{text}};
    std::vector<char> wire;
    caf::binary_serializer sink{sys, wire};
    BOOST_TEST(!sink(secret));
    auto read = secret_bytes{"another"};
    caf::binary_deserializer source{sys, wire};
    BOOST_TEST(!source(read));
    BOOST_TEST((read == secret));
  }
}

BOOST_AUTO_TEST_SUITE_END()
