#include "tests/actors/replicator/replicator_fixture.hpp"
#include "tests/support/temp_directory.hpp"

using namespace warren;
using namespace warren::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(replicator_store, replicator_fixture)

BOOST_AUTO_TEST_CASE(a_failed_write_says_why_and_leaves_what_was) {
  database db;
  start(db);
  put(db, "s", R"({"a":1})");
  db.disk->fail_next = 1;
  auto why = order(db, put_fields{"s", R"({"a":2})"});
  BOOST_TEST(is(why, errc::storage_failed));
  BOOST_TEST(describe(why) == "no space left");
  BOOST_TEST(get(db, "s") == R"({"a":1})");
  put(db, "s", R"({"a":3})");
  BOOST_TEST(get(db, "s") == R"({"a":3})");
  BOOST_TEST(status(db).counters.at("database.transactions_failed") == 1);
}

BOOST_AUTO_TEST_CASE(everything_is_there_after_a_restart_and_states_go_on) {
  database db;
  start(db);
  put(db, "s", R"({"a":1,"b":2})");
  put(db, "s", R"({"b":3})");
  auto before = status(db);
  kill(db.actor);
  start(db);
  BOOST_TEST(status(db).digest == before.digest);
  BOOST_TEST(get(db, "s") == R"({"a":1,"b":3})");
  put(db, "s", R"({"b":4})");
  BOOST_TEST(get(db, "s") == R"({"a":1,"b":4})");
}

BOOST_AUTO_TEST_CASE(a_database_in_a_directory_survives_and_is_locked_while_open) {
  temp_directory directory;
  replicator_config config;
  config.database = "test";
  config.directory = directory.path();
  config.detached_store = false;
  auto first = spawn_replicator(sys, config);
  BOOST_REQUIRE(first);
  database db;
  db.actor = track(*first);
  put(db, "s", R"({"a":1})");
  auto second = spawn_replicator(sys, config);
  BOOST_REQUIRE(!second);
  BOOST_TEST(is(second.error(), errc::storage_failed));
  BOOST_TEST(describe(second.error()).find("another process") != std::string::npos);
  kill(db.actor);
  second = spawn_replicator(sys, config);
  BOOST_REQUIRE(second);
  db.actor = track(*second);
  BOOST_TEST(get(db, "s") == R"({"a":1})");
  kill(db.actor);
  config.database = "another";
  auto other = spawn_replicator(sys, config);
  BOOST_REQUIRE(!other);
  BOOST_TEST(is(other.error(), errc::storage_failed));
}

BOOST_AUTO_TEST_CASE(writes_not_on_disk_yet_fail_when_the_database_is_closed) {
  database db;
  start(db);
  auto answer = std::make_shared<caf::error>();
  auto asker = [&](caf::event_based_actor* self) {
    act::mail(self, put_fields{"s", R"({"a":1})"})
        .request(db.actor, caf::infinite)
        .then([answer] {}, [answer](caf::error& why) { *answer = std::move(why); });
  };
  track(spawn_function(asker));
  // The request is sent and taken, and the store does not come to run before the end.
  sched.run_once();
  caf::anon_send_exit(db.actor, caf::exit_reason::kill);
  run();
  BOOST_TEST(!!*answer);
}

BOOST_AUTO_TEST_CASE(without_its_store_a_replicator_ends) {
  struct breaking_store final : crdt::item_store {
    std::optional<crdt::store_failure> load(
        const std::function<std::error_code(const crdt::item&)>&) override {
      return std::nullopt;
    }
    std::optional<crdt::store_failure> commit(const crdt::change_set&) override {
      throw std::runtime_error{"broken"};
    }
  };
  database db;
  db.config.open_store = []() -> std::variant<std::unique_ptr<crdt::item_store>, crdt::store_failure> {
    return std::make_unique<breaking_store>();
  };
  start(db);
  BOOST_TEST(!!order(db, put_fields{"s", R"({"a":1})"}));
  auto answer = ask<database_status>(db, get_status{});
  BOOST_TEST(!answer);
}

BOOST_AUTO_TEST_SUITE_END()
