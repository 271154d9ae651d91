#include "actors/option_table.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace warren;

namespace {

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Checks that a refusal names the option, the value and what is allowed.
void check_refusal(const std::optional<std::string>& why, const option_row& row, std::string_view value) {
  BOOST_TEST_REQUIRE(why.has_value(), row.name << " took " << value);
  BOOST_TEST(holds(*why, row.name), *why);
  BOOST_TEST(holds(*why, value) != row.secret, *why);
  BOOST_TEST(holds(*why, row.allowed), *why);
}

} // namespace

BOOST_AUTO_TEST_SUITE(option_table_test)

BOOST_AUTO_TEST_CASE(every_row_is_complete_and_its_name_is_unique) {
  std::set<std::string> names;
  for (const auto& row : option_table()) {
    BOOST_TEST(names.insert(row.name).second, row.name);
    BOOST_TEST(!row.allowed.empty(), row.name);
    BOOST_TEST(!row.description.empty(), row.name);
    BOOST_TEST(find_option(row.name) == &row);
  }
  BOOST_TEST(find_option("no-such-option") == nullptr);
}

BOOST_AUTO_TEST_CASE(every_default_is_a_text_its_own_setter_takes) {
  for (const auto& row : option_table()) {
    options opts;
    BOOST_TEST(row.set(opts, row.standard()), row.name);
    BOOST_TEST(row.show(opts) == row.standard());
  }
}

BOOST_AUTO_TEST_CASE(every_good_example_is_taken_and_shown_as_it_was_given) {
  for (const auto& row : option_table()) {
    options opts;
    auto why = set_option(opts, row.name, row.good, "test");
    BOOST_TEST(!why.has_value(), why.value_or(""));
    BOOST_TEST(row.show(opts) == (row.secret ? "(hidden)" : row.good));
  }
}

BOOST_AUTO_TEST_CASE(every_bad_example_is_refused_with_name_value_and_what_is_allowed_and_changes_nothing) {
  for (const auto& row : option_table()) {
    options opts;
    check_refusal(set_option(opts, row.name, row.bad, "test"), row, row.bad);
    BOOST_TEST(row.show(opts) == row.standard());
  }
}

BOOST_AUTO_TEST_CASE(a_relay_token_is_shown_to_nobody_and_checked_all_the_same) {
  options opts;
  opts.relay_token = secret_bytes{"two words"};
  auto why = refusal(opts);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST(holds(*why, "relay-token"));
  BOOST_TEST(!holds(*why, "two words"), *why);
  BOOST_TEST(find_option("relay-token")->show(opts) == "(hidden)");
  opts.relay_token = secret_bytes{"word"};
  BOOST_TEST(!refusal(opts).has_value());
}

BOOST_AUTO_TEST_CASE(an_unknown_option_is_refused_with_the_names_of_those_there_are) {
  options opts;
  auto why = set_option(opts, "colour", "blue", "test");
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST(holds(*why, "colour"));
  BOOST_TEST(holds(*why, "blue"));
  BOOST_TEST(holds(*why, "connect-timeout"));
}

BOOST_AUTO_TEST_CASE(the_options_as_they_are_when_nothing_is_said_are_valid) {
  auto why = refusal(options{});
  BOOST_TEST(!why.has_value(), why.value_or(""));
}

BOOST_AUTO_TEST_CASE(a_timeout_of_zero_is_refused_and_thirty_seconds_recommended) {
  options opts;
  opts.connect_timeout = std::chrono::milliseconds{0};
  auto why = refusal(opts);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST(holds(*why, "timeout_ms"));
  BOOST_TEST(holds(*why, "above 0"));
  BOOST_TEST(holds(*why, "30000"));
}

BOOST_AUTO_TEST_CASE(mode_relay_without_a_relay_is_refused_with_an_example) {
  options opts;
  opts.mode = transport_mode::relay;
  auto why = refusal(opts);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST(holds(*why, "relay_url is required"));
  BOOST_TEST(holds(*why, "wss://"));
  opts.relay_urls = {"wss://relay.example.org"};
  BOOST_TEST(!refusal(opts).has_value());
}

BOOST_AUTO_TEST_CASE(a_relay_url_is_refused_unless_it_begins_with_exactly_ws_or_wss) {
  for (std::string url :
       {"http://relay.example.org", "ftp://x", "WSS://relay.example.org", "relay.example.org", "ws://"}) {
    options opts;
    opts.mode = transport_mode::relay;
    opts.relay_urls = {url};
    auto why = refusal(opts);
    BOOST_TEST_REQUIRE(why.has_value(), url);
    BOOST_TEST(holds(*why, url));
    BOOST_TEST(holds(*why, "ws://"));
    BOOST_TEST(holds(*why, "wss://"));
  }
}

BOOST_AUTO_TEST_CASE(a_path_timeout_may_be_shorter_than_the_keep_alive_interval) {
  options opts;
  opts.path_timeout = opts.keep_alive_interval / 2;
  BOOST_TEST(!refusal(opts).has_value());
}

BOOST_AUTO_TEST_CASE(an_unencrypted_relay_is_valid_but_warned_of) {
  options opts;
  opts.mode = transport_mode::relay;
  opts.relay_urls = {"ws://127.0.0.1:8080"};
  BOOST_TEST(!refusal(opts).has_value());
  BOOST_TEST_REQUIRE(warnings(opts).size() == 1u);
  BOOST_TEST(holds(warnings(opts)[0], "unencrypted"));
  BOOST_TEST(holds(warnings(opts)[0], "wss"));
}

BOOST_AUTO_TEST_CASE(hyperswarm_without_bootstrap_nodes_is_valid_but_warned_of) {
  options opts;
  opts.mode = transport_mode::hyperswarm;
  BOOST_TEST(!refusal(opts).has_value());
  BOOST_TEST_REQUIRE(warnings(opts).size() == 1u);
  BOOST_TEST(holds(warnings(opts)[0], "bootstrap"));
}

BOOST_AUTO_TEST_CASE(times_and_sizes_may_carry_a_unit) {
  options opts;
  BOOST_TEST(!set_option(opts, "connect-timeout", "5s", "test").has_value());
  BOOST_TEST((opts.connect_timeout == std::chrono::seconds{5}));
  BOOST_TEST(!set_option(opts, "announce-interval", "2min", "test").has_value());
  BOOST_TEST((opts.announce_interval == std::chrono::minutes{2}));
  BOOST_TEST(!set_option(opts, "send-buffer", "8MiB", "test").has_value());
  BOOST_TEST(opts.send_buffer == 8u << 20);
  for (std::string bad :
       {"", "s", "5 s", "5x", "1.5s", "99999999999999999999", "9007199254740993", "9007199254740992h"})
    BOOST_TEST(set_option(opts, "connect-timeout", bad, "test").has_value(), bad);
}

BOOST_AUTO_TEST_CASE(the_name_in_the_environment_follows_from_the_name) {
  BOOST_TEST(find_option("connect-timeout")->variable() == "WARREN_CONNECT_TIMEOUT");
}

BOOST_AUTO_TEST_SUITE_END()
