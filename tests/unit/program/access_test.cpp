#include "tools/warren/api/access.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::program;

namespace {

/// Returns the status that refuses a request with these fields, 0 when it may go on.
int refusal(const api_access& access, net::http_fields fields) {
  net::http_request request;
  request.fields = std::move(fields);
  auto refused = access.refusal(request);
  return refused ? refused->status : 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_access_rules)

BOOST_AUTO_TEST_CASE(the_api_is_addressed_by_ip_address_or_as_localhost_in_any_case) {
  for (auto host :
       {"127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "[::1]", "localhost", "LOCALHOST:8080", "LocalHost"})
    BOOST_TEST(refusal({}, {{"Host", host}}) == 0, host);
  for (auto host : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80"})
    BOOST_TEST(refusal({}, {{"Host", host}}) == 403, host);
}

BOOST_AUTO_TEST_CASE(only_pages_of_the_same_origin_are_served) {
  BOOST_TEST(refusal({}, {{"Host", "LOCALHOST:80"}, {"Origin", "http://localhost:80"}}) == 0);
  BOOST_TEST(refusal({}, {{"Host", "localhost:80"}, {"Origin", "http://localhost:81"}}) == 403);
  BOOST_TEST(refusal({}, {{"Host", "localhost:80"}, {"Origin", "null"}}) == 403);
}

BOOST_AUTO_TEST_CASE(with_a_token_only_the_token_counts) {
  api_access guarded{"hush"};
  BOOST_TEST(refusal(guarded, {{"Host", "evil.example"}, {"Authorization", "Bearer hush"}}) == 0);
  BOOST_TEST(refusal(guarded, {{"Host", "localhost"}, {"Authorization", "Bearer hash"}}) == 401);
  BOOST_TEST(refusal(guarded, {{"Host", "localhost"}}) == 401);
}

BOOST_AUTO_TEST_CASE(a_wrong_method_is_told_the_right_ones) {
  auto answer = wrong_method("GET, HEAD");
  BOOST_TEST(answer.status == 405);
  BOOST_REQUIRE(answer.fields.size() == 1u);
  BOOST_TEST(answer.fields[0].first == "Allow");
  BOOST_TEST(answer.fields[0].second == "GET, HEAD");
}

BOOST_AUTO_TEST_SUITE_END()
