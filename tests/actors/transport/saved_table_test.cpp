#include "actors/dht_settings.hpp"
#include "tests/actors/transport/swarm_fixture.hpp"
#include "tests/support/temp_directory.hpp"
#include "transports/dht/saved_table.hpp"

#include <filesystem>
#include <fstream>

using namespace warren;
using namespace warren::test;

namespace {

struct saved_table_fixture : swarm_fixture {
  ~saved_table_fixture() {
    kill_tracked(); // they save as they go
  }

  /// Starts a DHT node that keeps its table in `file`, with `nodes` to ask.
  dht_actor start_table(std::uint16_t port, std::vector<warren::endpoint> nodes) {
    dht::config settings;
    settings.allow_same_ip = true;
    settings.bootstrap = std::move(nodes);
    auto keeper = table_keeper::open(file);
    BOOST_REQUIRE(static_cast<bool>(keeper));
    auto actor = track(spawn_routing_table(sys, network.make_port(at(port)), settings, std::move(*keeper)));
    pass(10s);
    return actor;
  }

  std::uint64_t nodes_of(const dht_actor& actor) { return ask<dht_status>(actor, get_status{}).nodes; }

  void write(byte_view content) {
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  }

  bytes read(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{in}, {}};
    return to_bytes(content);
  }

  temp_directory home;
  std::string file = (home.path() / "dht.state").string();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(saved_table_test, saved_table_fixture)

BOOST_AUTO_TEST_CASE(a_node_that_starts_again_needs_no_bootstrap_node) {
  auto first = start_table(10, {bootstrap});
  BOOST_TEST(nodes_of(first) == 1u);
  auto id = ask<dht_status>(first, get_status{}).node_id;
  kill(first);
  auto second = start_table(10, {});
  BOOST_TEST(nodes_of(second) == 1u);
  BOOST_TEST((ask<dht_status>(second, get_status{}).node_id == id));
}

BOOST_AUTO_TEST_CASE(a_damaged_table_is_set_aside_and_the_node_starts_from_its_bootstrap_nodes) {
  auto first = start_table(10, {bootstrap});
  kill(first);
  auto damaged = read(file);
  BOOST_REQUIRE(damaged.size() > 10u);
  for (auto how : {0, 1, 2}) {
    BOOST_TEST_CONTEXT("damage " << how) {
      auto content = damaged;
      if (how == 0)
        content.resize(content.size() / 2);
      else if (how == 1)
        content[content.size() / 2] ^= std::byte{1};
      else
        content = to_bytes("garbage");
      write(content);
      auto next = start_table(10, {bootstrap});
      BOOST_TEST(nodes_of(next) == 1u);
      BOOST_TEST((read(file + ".bad") == content));
      kill(next);
      BOOST_TEST(static_cast<bool>(dht::decode_saved_table(read(file))));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_table_that_cannot_be_saved_is_told_in_the_status) {
  std::filesystem::create_directory(home.path() / "gone");
  file = (home.path() / "gone" / "dht.state").string();
  auto table = start_table(10, {bootstrap});
  std::filesystem::remove_all(home.path() / "gone");
  pass(10min);
  BOOST_TEST(ask<dht_status>(table, get_status{}).counters["dht.table_not_saved"] > 0u);
  std::filesystem::create_directory(home.path() / "gone");
  kill(table);
  BOOST_TEST(static_cast<bool>(dht::decode_saved_table(read(file))));
}

BOOST_AUTO_TEST_CASE(only_a_network_known_to_be_private_lets_nodes_share_an_address) {
  auto shares = [](const char* local, const std::vector<const char*>& nodes) {
    std::vector<warren::endpoint> parsed;
    for (auto where : nodes)
      parsed.push_back(*warren::endpoint::parse(where));
    return dht_settings_for(*warren::endpoint::parse(local), parsed).allow_same_ip;
  };
  BOOST_TEST(!shares("0.0.0.0:0", {}));
  BOOST_TEST(!shares("198.51.100.7:1", {}));
  BOOST_TEST(shares("127.0.0.1:0", {}));
  BOOST_TEST(shares("10.0.0.1:0", {}));
  BOOST_TEST(shares("0.0.0.0:0", {"10.0.0.2:1", "127.0.0.1:1"}));
  BOOST_TEST(!shares("10.0.0.1:0", {"10.0.0.2:1", "198.51.100.7:1"}));
}

BOOST_AUTO_TEST_SUITE_END()
