#include "crdt_bridge/errc.hpp"
#include "crdt_bridge/graph_engine.hpp"
#include "tests/support/seeded_random.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

using namespace warren;
using namespace warren::crdt;

namespace {

constexpr wall_time now{1'800'000'000'000};

void put(graph_engine& engine, std::string_view soul, std::string_view fields, wall_time when = now) {
  auto items = engine.write(soul, fields, when);
  BOOST_REQUIRE(items);
  for (auto what : engine.apply(*items, when))
    BOOST_TEST((what == verdict::added));
}

std::vector<item_id> all_ids(const graph_engine& engine) {
  std::vector<item_id> ids;
  for (const auto& key : engine.list(std::nullopt, 1'000'000))
    ids.push_back(key.id);
  return ids;
}

// Concurrent writes to few fields, so that ties and overwrites abound.
std::vector<item> random_items(random_source& random, std::size_t n) {
  static constexpr const char* values[] = {
      "null", "1", "10", "9", "true", R"("a")", R"("b")", R"({"#":"x"})", "\"\U0001F600\"", "\"\uFFFD\""};
  std::vector<item> items;
  for (std::size_t i = 0; i < n; ++i) {
    auto soul = "soul" + std::to_string(random.below(5));
    auto field = "f" + std::to_string(random.below(4));
    auto state = 1'700'000'000'000 + static_cast<double>(random.below(6)) / 2;
    items.push_back(make_item({soul, field, state, values[random.below(std::size(values))]}));
  }
  return items;
}

} // namespace

BOOST_AUTO_TEST_SUITE(graph_engine_)

BOOST_AUTO_TEST_CASE(a_node_reads_back_without_nulls_and_exports_with_them) {
  graph_engine engine;
  put(engine, "alice", R"({"name":"Alice","age":30.0,"boss":{"#":"bob"}})");
  put(engine, "alice", R"({"age":null})", {now.milliseconds + 5});
  auto node = engine.node("alice");
  BOOST_REQUIRE(node);
  BOOST_TEST(node->fields_json == R"({"boss":{"#":"bob"},"name":"Alice"})");
  BOOST_TEST(node->states_json == R"({"boss":1800000000000,"name":1800000000000})");
  auto range = engine.nodes("", 10, 1'000'000);
  BOOST_REQUIRE(range.nodes.size() == 1);
  BOOST_TEST(range.last);
  BOOST_TEST(range.nodes[0].fields_json == R"({"age":null,"boss":{"#":"bob"},"name":"Alice"})");
  BOOST_TEST(
      range.nodes[0].states_json == R"({"age":1800000000005,"boss":1800000000000,"name":1800000000000})");
  BOOST_TEST(!engine.node("bob"));
  put(engine, "alice", R"({"name":null,"boss":null})", {now.milliseconds + 6});
  BOOST_TEST(!engine.node("alice"));
}

BOOST_AUTO_TEST_CASE(pages_of_nodes_follow_the_order_of_souls_and_keep_their_bounds) {
  graph_engine engine;
  for (auto soul : {"b", "a", "c", "\u00e9", "B"})
    put(engine, soul, R"({"f":1})");
  auto first = engine.nodes("", 2, 1'000'000);
  BOOST_TEST(first.nodes[0].soul == "B");
  BOOST_TEST(first.nodes[1].soul == "a");
  BOOST_TEST(!first.last);
  auto rest = engine.nodes("a", 10, 1'000'000);
  BOOST_TEST(rest.nodes.size() == 3);
  BOOST_TEST(rest.nodes.back().soul == "\u00e9");
  BOOST_TEST(rest.last);
  BOOST_TEST(engine.nodes("", 10, 1).nodes.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_bad_write_changes_nothing) {
  graph_engine engine;
  BOOST_TEST(engine.write("", R"({"a":1})", now).error() == errc::invalid_soul);
  BOOST_TEST(engine.write("s", R"({"a":1,"b":[]})", now).error() == errc::invalid_value);
  BOOST_TEST(engine.write("s", "[]", now).error() == errc::not_an_object);
  BOOST_TEST(engine.count() == 0);
}

BOOST_AUTO_TEST_CASE(overwriting_a_field_swaps_its_item) {
  graph_engine engine;
  put(engine, "s", R"({"a":1,"b":2})");
  auto before = all_ids(engine);
  auto items = engine.write("s", R"({"a":3})", now);
  auto staged = engine.stage(*items, now);
  BOOST_TEST(engine.count() == 2);
  BOOST_TEST((all_ids(engine) == before)); // staging changes nothing
  BOOST_REQUIRE(staged.changes.added.size() == 1);
  BOOST_REQUIRE(staged.changes.removed.size() == 1);
  engine.commit(staged.changes);
  BOOST_TEST(engine.count() == 2);
  BOOST_TEST(!engine.contains(staged.changes.removed[0].id));
  BOOST_TEST((*engine.get(staged.changes.added[0].key.id) == staged.changes.added[0]));
}

BOOST_AUTO_TEST_CASE(listing_goes_through_all_keys_in_order) {
  graph_engine engine;
  test::seeded_random random{5};
  engine.apply(random_items(random, 500), now);
  std::vector<item_key> paged;
  std::optional<item_key> after;
  for (;;) {
    auto page = engine.list(after, 3);
    paged.insert(paged.end(), page.begin(), page.end());
    if (page.size() < 3)
      break;
    after = page.back();
  }
  BOOST_TEST(paged.size() == engine.count());
  BOOST_TEST(std::is_sorted(paged.begin(), paged.end()));
  BOOST_TEST((paged == engine.list(std::nullopt, 10'000)));
}

BOOST_AUTO_TEST_CASE(missing_names_what_is_not_there) {
  graph_engine engine;
  put(engine, "s", R"({"a":1})");
  auto have = all_ids(engine).front();
  item_id other{};
  std::vector<item_id> ids{other, have};
  BOOST_TEST((engine.missing(ids) == std::vector{other}));
}

BOOST_AUTO_TEST_CASE(merging_commutes_associates_and_is_idempotent) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    test::seeded_random random{seed};
    auto items = random_items(random, 60);
    graph_engine reference;
    for (const auto& each : items)
      reference.apply({&each, 1}, now);
    for (int round = 0; round < 5; ++round) {
      auto shuffled = items;
      shuffled.insert(shuffled.end(), items.begin(), items.begin() + 20); // some twice
      for (auto i = shuffled.size(); i > 1; --i)
        std::swap(shuffled[i - 1], shuffled[random.below(i)]);
      graph_engine engine;
      // In batches of random sizes: grouping does not matter either.
      for (std::size_t at = 0; at < shuffled.size();) {
        auto n = std::min<std::size_t>(1 + random.below(9), shuffled.size() - at);
        engine.apply(std::span{shuffled}.subspan(at, n), now);
        at += n;
      }
      BOOST_REQUIRE((engine.digest() == reference.digest()));
      BOOST_REQUIRE((engine.list(std::nullopt, 1000) == reference.list(std::nullopt, 1000)));
      for (auto what : engine.apply(items, now))
        BOOST_REQUIRE((what == verdict::known || what == verdict::superseded));
      BOOST_REQUIRE((engine.digest() == reference.digest()));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_change_sets_alone_rebuild_the_set) {
  test::seeded_random random{77};
  graph_engine engine;
  std::map<item_id, item> disk;
  auto items = random_items(random, 400);
  for (std::size_t at = 0; at < items.size(); at += 8) {
    auto staged = engine.stage(std::span{items}.subspan(at, 8), now);
    for (const auto& gone : staged.changes.removed)
      BOOST_REQUIRE(disk.erase(gone.id) == 1);
    for (const auto& added : staged.changes.added)
      BOOST_REQUIRE(disk.emplace(added.key.id, added).second);
    engine.commit(staged.changes);
  }
  graph_engine restored;
  for (const auto& [id, stored] : disk)
    BOOST_REQUIRE(!restored.restore(stored));
  BOOST_TEST((restored.digest() == engine.digest()));
}

BOOST_AUTO_TEST_CASE(restoring_refuses_damage) {
  graph_engine engine;
  auto good = make_item({"s", "f", 5, "1"});
  BOOST_TEST(!engine.restore(good));
  BOOST_TEST(engine.restore(good) == errc::corrupt);
  BOOST_TEST(engine.restore(make_item({"s", "f", 6, "1"})) == errc::corrupt);
  auto bad = make_item({"s", "g", 5, "1"});
  bad.payload.back() = std::byte{'2'};
  BOOST_TEST(engine.restore(bad) == errc::wrong_id);
}

BOOST_AUTO_TEST_CASE(the_clock_goes_on_from_the_states_on_disk) {
  graph_engine engine;
  BOOST_TEST(!engine.restore(make_item({"s", "f", 1'900'000'000'000, "1"})));
  auto items = engine.write("s", R"({"f":2})", now); // the wall clock was set back
  BOOST_REQUIRE(items);
  BOOST_TEST((engine.apply(*items, now).front() == verdict::added));
  BOOST_TEST(engine.node("s")->fields_json == R"({"f":2})");
}

BOOST_AUTO_TEST_CASE(deferred_items_are_bounded_in_count_size_and_horizon) {
  graph_limits limits;
  limits.max_deferred = 2;
  limits.max_ahead = std::chrono::milliseconds{1000};
  graph_engine engine{limits};
  auto ahead = [&](const char* field, double by) {
    auto made = make_item({"s", field, 1'800'000'000'000 + by, "1"});
    return engine.apply({&made, 1}, now).front();
  };
  BOOST_TEST((ahead("a", 1000) == verdict::deferred));
  BOOST_TEST((ahead("a", 1000) == verdict::deferred)); // known already, takes no more room
  BOOST_TEST((ahead("b", 1001) == verdict::far_future));
  BOOST_TEST((ahead("b", 1) == verdict::deferred));
  BOOST_TEST((ahead("c", 1) == verdict::deferral_full));
  BOOST_TEST(engine.count() == 0);
  BOOST_TEST(engine.deferred() == 2);
  auto waiting = make_item({"s", "a", 1'800'000'001'000, "1"});
  BOOST_TEST(!engine.wants(waiting.key, now));
  BOOST_TEST(!engine.wants({1'800'000'001'002, {}}, now));
  BOOST_TEST(engine.wants({1'800'000'001'000, {}}, now));

  limits.max_deferred = 100;
  limits.max_deferred_octets = 100;
  graph_engine small{limits};
  std::string text = "\"" + std::string(60, 'x') + "\"";
  std::vector<item> batch{
      make_item({"s", "a", 1'800'000'000'500, text}), make_item({"s", "b", 1'800'000'000'500, text})};
  auto verdicts = small.apply(batch, now);
  BOOST_TEST((verdicts[0] == verdict::deferred));
  BOOST_TEST((verdicts[1] == verdict::deferral_full));
}

BOOST_AUTO_TEST_SUITE_END()
