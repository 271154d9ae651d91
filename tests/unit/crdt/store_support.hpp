#pragma once

#include "crdt_bridge/graph_item.hpp"
#include "crdt_bridge/sqlite_store.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>

namespace warren::test {

using contents = std::map<crdt::item_id, crdt::item>;

inline crdt::item numbered(int n) {
  auto soul = "soul" + std::to_string(n);
  return crdt::make_item({soul, "f", 1'700'000'000'000.0 + n, R"("some text")"});
}

inline std::variant<std::unique_ptr<crdt::sqlite_store>, crdt::store_failure> try_open(
    const std::filesystem::path& directory, const char* vfs = nullptr) {
  return crdt::sqlite_store::open({directory, "db", 1, vfs});
}

inline std::unique_ptr<crdt::sqlite_store> open_store(
    const std::filesystem::path& directory, const char* vfs = nullptr) {
  auto opened = try_open(directory, vfs);
  if (auto failed = std::get_if<crdt::store_failure>(&opened))
    BOOST_FAIL(failed->detail);
  return std::get<0>(std::move(opened));
}

inline contents read_all(crdt::sqlite_store& store) {
  contents result;
  auto failed = store.load([&result](const crdt::item& stored) {
    result.emplace(stored.key.id, stored);
    return crdt::check_item(stored, {});
  });
  if (failed)
    BOOST_FAIL(failed->detail);
  return result;
}

inline void replay(contents& set, const crdt::change_set& changes) {
  for (const auto& gone : changes.removed)
    set.erase(gone.id);
  for (const auto& added : changes.added)
    set.emplace(added.key.id, added);
}

} // namespace warren::test
