#include "actors/config.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace warren;

namespace {

/// A config file that is removed with the object.
class config_file {
public:
  explicit config_file(const std::string& text) {
    std::string name = "/tmp/warren-config-XXXXXX";
    auto fd = mkstemp(name.data());
    BOOST_REQUIRE(fd >= 0);
    close(fd);
    path_ = name;
    std::ofstream{path_} << text;
  }
  ~config_file() { std::filesystem::remove(path_); }
  config_file(const config_file&) = delete;
  config_file& operator=(const config_file&) = delete;

  std::string argument() const { return "--config-file=" + path_.string(); }

private:
  std::filesystem::path path_;
};

/// Returns why `settings` refuses a config file with this text.
std::string refusal_of(config& settings, const std::string& text) {
  config_file file{text};
  auto why = settings.read({file.argument()}, {});
  BOOST_TEST_REQUIRE(is(why, errc::bad_config), text.substr(0, 500));
  return describe(why).substr(0, 500);
}

std::string refusal_of(const std::string& text) {
  config settings;
  return refusal_of(settings, text);
}

std::string quoted(const option_row& row, const std::string& value) {
  return "[warren]\n" + row.name + " = \"" + value + "\"\n";
}

void check_refused(const caf::error& why, const option_row& row, const std::string& source) {
  BOOST_TEST_REQUIRE(is(why, errc::bad_config), row.name << " took " << row.bad << " from " << source);
  auto text = describe(why);
  for (const auto& part : {row.name, row.secret ? "(hidden)" : row.bad, row.allowed, source})
    BOOST_TEST((text.find(part) != std::string::npos), text << " lacks " << part);
}

void check_taken(const caf::error& why, const config& settings, const option_row& row) {
  BOOST_TEST(!why, describe(why));
  BOOST_TEST(row.show(settings.transport()) == (row.secret ? "(hidden)" : row.good));
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_test)

BOOST_AUTO_TEST_CASE(every_option_can_be_set_in_the_config_file) {
  for (const auto& row : option_table()) {
    config_file file{quoted(row, row.good)};
    config settings;
    auto why = settings.read({file.argument()}, {});
    check_taken(why, settings, row);
  }
}

BOOST_AUTO_TEST_CASE(every_bad_value_in_the_config_file_is_refused) {
  for (const auto& row : option_table()) {
    config_file file{quoted(row, row.bad)};
    config settings;
    check_refused(settings.read({file.argument()}, {}), row, "config file");
  }
}

BOOST_AUTO_TEST_CASE(every_option_can_be_set_by_argument) {
  for (const auto& row : option_table()) {
    config settings;
    auto why = settings.read({"--warren." + row.name + "=" + row.good}, {});
    check_taken(why, settings, row);
  }
}

BOOST_AUTO_TEST_CASE(every_bad_value_in_an_argument_is_refused) {
  for (const auto& row : option_table()) {
    config settings;
    check_refused(settings.read({"--warren." + row.name + "=" + row.bad}, {}), row, "--warren." + row.name);
  }
}

BOOST_AUTO_TEST_CASE(every_option_can_be_set_by_the_environment) {
  for (const auto& row : option_table()) {
    config settings;
    auto why = settings.read({}, {{row.variable(), row.good}});
    check_taken(why, settings, row);
  }
}

BOOST_AUTO_TEST_CASE(every_bad_value_in_the_environment_is_refused) {
  for (const auto& row : option_table()) {
    config settings;
    check_refused(settings.read({}, {{row.variable(), row.bad}}), row, row.variable());
  }
}

BOOST_AUTO_TEST_CASE(every_bad_value_set_by_code_is_refused) {
  for (const auto& row : option_table()) {
    config settings;
    check_refused(settings.set_transport(row.name, row.bad), row, "set by code");
    check_taken(settings.set_transport(row.name, row.good), settings, row);
  }
}

BOOST_AUTO_TEST_CASE(later_sources_override_earlier_ones) {
  config_file file{"[warren]\nmax-peers = 1\nmax-dials = 1\nmax-topics = 1\nmode = \"relay\"\n"};
  config settings;
  auto why = settings.read(
      {file.argument(), "--warren.max-dials=2", "--warren.max-topics=2"}, {{"WARREN_MAX_TOPICS", "3"}});
  BOOST_TEST(!why, describe(why));
  BOOST_TEST(!settings.set_transport("mode", "disabled"));
  BOOST_TEST(settings.transport().max_peers == 1u);
  BOOST_TEST(settings.transport().max_dials == 2u);
  BOOST_TEST(settings.transport().max_topics == 3u);
  BOOST_TEST((settings.transport().mode == transport_mode::disabled));
}

BOOST_AUTO_TEST_CASE(the_config_file_takes_its_own_number_time_and_list_types) {
  config_file file{"[warren]\nconnect-timeout = 5s\nmax-peers = 7\ndht-read-only = true\n"
                   "relay-url = [\"wss://a.example\", \"wss://b.example\"]\n"};
  config settings;
  auto why = settings.read({file.argument()}, {});
  BOOST_TEST(!why, describe(why));
  BOOST_TEST((settings.transport().connect_timeout == std::chrono::seconds{5}));
  BOOST_TEST(settings.transport().max_peers == 7u);
  BOOST_TEST(settings.transport().dht_read_only);
  BOOST_TEST(settings.transport().relay_urls.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_misspelt_option_is_refused_in_file_and_argument) {
  config_file file{"[warren]\nmax-pears = 1\n"};
  for (const auto& argument : {file.argument(), std::string{"--warren.max-pears=1"}}) {
    config settings;
    auto why = settings.read({argument}, {});
    BOOST_TEST_REQUIRE(is(why, errc::bad_config), argument);
    BOOST_TEST((describe(why).find("max-pears") != std::string::npos));
    BOOST_TEST((describe(why).find("max-peers") != std::string::npos));
  }
}

BOOST_AUTO_TEST_CASE(a_missing_or_broken_config_file_is_refused) {
  config missing;
  BOOST_TEST(is(missing.read({"--config-file=/nonexistent/warren.conf"}, {}), errc::bad_config));
  config directory;
  BOOST_TEST(is(directory.read({"--config-file=/"}, {}), errc::bad_config));
  config_file file{"[warren\nmode relay"};
  config broken;
  BOOST_TEST(is(broken.read({file.argument()}, {}), errc::bad_config));
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_in_the_middle_of_something_is_refused_with_the_line) {
  const std::vector<std::pair<std::string, std::string>> files{
      {"[warren]\nmax-peers = 1\nrelay-delay", "line 3 "},
      {"[warren]\nmax-peers = 1\nrelay-delay\n", "line 3 "},
      {"[warren]\nrelay-delay =", "line 2 "},
      {"[warren]\nrelay-delay\nmax-peers = 1\n", "line 2 "},
      {"[warren]\nmode = \"rel", "line 2 "},
      {"[warren]\nrelay-url = [\"wss://a.example\",\n", "line 2,"},
      {"[warren]\nrelay-url = [\n\"wss://a.example\"", "line 3,"},
      {"\n[warren", "line 2 "},
      {"[warren]\nmax-peers ! 1\nmode = \"relay\"\n", "line 2:"},
  };
  for (const auto& [text, line] : files) {
    config_file file{text};
    config settings;
    auto why = settings.read({file.argument()}, {});
    BOOST_TEST_REQUIRE(is(why, errc::bad_config), text);
    auto told = describe(why);
    for (const auto& part : {file.argument().substr(std::string{"--config-file="}.size()), line})
      BOOST_TEST((told.find(part) != std::string::npos), told << " lacks " << part);
  }
}

BOOST_AUTO_TEST_CASE(a_file_needs_no_newline_at_its_end) {
  for (const std::string text :
       {"", "; nothing", "[warren]", "[warren]\nmax-peers = 7", "[warren]\nmax-peers = 7 ; peers"}) {
    config_file file{text};
    config settings;
    auto why = settings.read({file.argument()}, {});
    BOOST_TEST(!why, text << ": " << describe(why));
    BOOST_TEST((settings.transport().max_peers == 7u) == (text.find('7') != std::string::npos));
  }
}

BOOST_AUTO_TEST_CASE(a_file_may_set_options_of_the_actor_system_too) {
  config_file file{"[scheduler]\nmax-threads = 3\n"};
  config settings;
  BOOST_TEST(!settings.read({file.argument()}, {}));
  BOOST_TEST(caf::get_or(settings, "scheduler.max-threads", std::size_t{0}) == 3u);
}

BOOST_AUTO_TEST_CASE(the_scheduler_hands_on_whom_an_actor_wakes_and_bounds_how_long_one_actor_runs) {
  config settings;
  BOOST_TEST((caf::get_or(settings, "scheduler.policy", caf::atom("none")) == caf::atom("handoff")));
  BOOST_TEST(caf::get_or(settings, "scheduler.max-throughput", std::size_t{0}) == 300u);
  auto cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 2);
  BOOST_TEST(caf::get_or(settings, "scheduler.max-threads", std::size_t{0}) == cores);
}

BOOST_AUTO_TEST_CASE(options_that_do_not_go_together_are_refused) {
  config settings;
  BOOST_TEST(!settings.check());
  BOOST_TEST(!settings.set_transport("mode", "relay"));
  BOOST_TEST(is(settings.check(), errc::bad_config));
}

BOOST_AUTO_TEST_CASE(a_file_may_have_a_byte_order_mark_and_carriage_returns) {
  for (const std::string text :
       {"\xef\xbb\xbf[warren]\r\n; a comment\r\nmax-peers = 7\r\nrelay-url = "
        "[\r\n\"wss://a.example/\"\r\n]\r\n",
        "[warren]\r\nrelay-url = \"wss://a.example/\"\r\nmax-peers = 7\r"}) {
    config_file file{text};
    config settings;
    auto why = settings.read({file.argument()}, {});
    BOOST_TEST(!why, describe(why));
    BOOST_TEST(settings.transport().max_peers == 7u);
    BOOST_TEST(settings.transport().relay_urls.size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(lines_that_end_in_carriage_returns_are_counted_like_others) {
  auto told = refusal_of("[warren]\r\nmax-peers = 1\r\nrelay-delay\r\n");
  BOOST_TEST((told.find("line 3 ") != std::string::npos), told);
}

BOOST_AUTO_TEST_CASE(a_carriage_return_that_ends_no_line_is_refused_in_words) {
  for (const std::string text : {"[warren]\rmax-peers = 1\r", "[warren]\nmax-peers = 1\rmode = auto\n"}) {
    auto told = refusal_of(text);
    BOOST_TEST((told.find("carriage return") != std::string::npos), told);
  }
}

BOOST_AUTO_TEST_CASE(what_stands_in_no_group_of_options_is_refused) {
  const std::vector<std::pair<std::string, std::string>> files{
      {"max-peers = 3\n[warren]\n", "\"max-peers\" is in no group"},
      {"[warren]\nmax-peers = 3 max-dials = 3\n", "\"max-dials\" is in no group"},
      {"[waren]\nmax-peers = 3\n", "no group \"waren\""},
      {"[warren]\n[after-the-end]\nmax-peers = 3\n", "no group \"after-the-end\""},
      {"[warren]\nmax-peers = 3\n[Warren]\nmax-peers = 4\n", "no group \"Warren\""},
  };
  for (const auto& [text, wanted] : files) {
    config settings;
    auto told = refusal_of(settings, text);
    BOOST_TEST((told.find(wanted) != std::string::npos), told << " lacks " << wanted);
    BOOST_TEST(settings.transport().max_peers == options{}.max_peers);
  }
  config_file scheduler{"[scheduler]\nmax-throughput = 7\n[warren]\nmax-peers = 7\n"};
  config settings;
  BOOST_TEST(!settings.read({scheduler.argument()}, {}));
  BOOST_TEST(caf::get_or(settings, "scheduler.max-throughput", std::size_t{0}) == 7u);
}

BOOST_AUTO_TEST_CASE(an_application_may_have_groups_of_its_own) {
  struct app_config : config {
    app_config() {
      opt_group{custom_options_, "app"}.add(users, "users", "how many");
      opt_group{custom_options_, "global"}.add(port, "port", "which");
      opt_group{custom_options_, "web.pages"}.add<int>("pages", "how many");
    }
    int users = 0;
    int port = 0;
  };
  config_file file{"port = 4\n[app]\nusers = 5\n[web.pages]\npages = 6\n[warren]\nmax-peers = 7\n"};
  app_config settings;
  auto why = settings.read({file.argument()}, {});
  BOOST_TEST(!why, describe(why));
  BOOST_TEST(settings.users == 5);
  BOOST_TEST(settings.port == 4);
  BOOST_TEST(caf::get_or(settings, "web.pages.pages", 0) == 6);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_text_or_too_long_is_refused) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> files{
      {"[warren]\nmax-peers = 3\n\0\nmode = auto\n"s, "line 3 has a NUL"},
      {"\0[warren]\n"s, "line 1 has a NUL"},
      {"[warren]\nmax-peers = " + std::string(20'000, '[') + std::string(20'000, ']'), "longer than"},
      {"[" + std::string(200'000, 'a') + "]", "longer than"},
  };
  for (const auto& [text, wanted] : files) {
    auto told = refusal_of(text);
    BOOST_TEST((told.find(wanted) != std::string::npos), told << " lacks " << wanted);
  }
}

BOOST_AUTO_TEST_CASE(
    lists_and_groups_that_nest_too_deep_are_refused_and_brackets_in_strings_and_comments_are_none) {
  auto repeated = [](const std::string& what, int times) {
    std::string all;
    while (times-- > 0)
      all += what;
    return all;
  };
  for (const auto& text :
       {repeated("[", 32'000), repeated("{a=", 10'000), repeated("[{a=", 8'000), repeated("a {\n", 8'000)}) {
    auto told = refusal_of("[warren]\nmax-peers = " + text);
    BOOST_TEST((told.find("nested too deep") != std::string::npos), told);
  }
  config_file file{
      repeated("; [[[ \"\n", 100)
      + "[warren]\nrelay-token = \"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"\nmax-peers = 7\n"};
  config settings;
  auto why = settings.read({file.argument()}, {});
  BOOST_TEST(settings.transport().max_peers == 7u, describe(why));
}

BOOST_AUTO_TEST_SUITE_END()
