#pragma once

#include "crdt_bridge/graph_engine.hpp"
#include "crdt_bridge/replica.hpp"
#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

namespace warren::test {

/// A disk that keeps items in memory, and fails when it is told to.
class memory_store final : public crdt::item_store {
public:
  std::optional<crdt::store_failure> load(
      const std::function<std::error_code(const crdt::item&)>& each) override {
    for (const auto& [id, stored] : items)
      if (auto why = each(stored))
        return crdt::store_failure{why, "damaged"};
    return std::nullopt;
  }

  std::optional<crdt::store_failure> commit(const crdt::change_set& changes) override {
    ++commits;
    if (fail_next > 0) {
      --fail_next;
      return crdt::store_failure{std::make_error_code(std::errc::no_space_on_device), "no space left"};
    }
    for (const auto& gone : changes.removed)
      BOOST_REQUIRE(items.erase(gone.id) == 1);
    for (const auto& added : changes.added)
      BOOST_REQUIRE(items.emplace(added.key.id, added).second);
    return std::nullopt;
  }

  std::map<crdt::item_id, crdt::item> items;
  std::size_t commits = 0;
  std::size_t fail_next = 0;
};

/// A replica with its engine and disk, driven by hand: what the actors do, without actors.
class replica_host {
public:
  replica_host(random_source& random, const crdt::replica_limits& limits = {})
      : engine{limits.graph}, machine{engine, limits, random} {}

  crdt::peer_handle join(time_point now) {
    auto peer = machine.peer_joined(now);
    BOOST_REQUIRE(peer);
    return *peer;
  }

  crdt::write_ticket put(std::string_view soul, std::string_view fields, wall_time wall) {
    auto items = engine.write(soul, fields, wall);
    BOOST_REQUIRE(items);
    auto ticket = machine.submit(std::move(*items));
    BOOST_REQUIRE(ticket);
    return *ticket;
  }

  /// Writes to the disk whatever waits for it, and sorts the events.
  void settle(time_point now, wall_time wall) {
    while (auto changes = machine.poll_transaction(now, wall))
      machine.transaction_done(now, disk.commit(*changes));
    while (auto event = machine.poll_event()) {
      if (auto done = std::get_if<crdt::write_done>(&*event))
        (done->failure ? failed : acknowledged).push_back(done->ticket);
      else if (auto consumed = std::get_if<crdt::octets_consumed>(&*event))
        credit[consumed->peer] += consumed->octets;
      else if (auto refused = std::get_if<crdt::peer_refused>(&*event))
        refusals[refused->peer] = refused->why;
      else if (auto changed = std::get_if<crdt::items_changed>(&*event))
        changes_seen.push_back(*changed);
    }
  }

  /// Checks that memory and disk hold the same.
  void check_disk() const {
    BOOST_TEST(engine.count() == disk.items.size());
    for (const auto& [id, stored] : disk.items)
      BOOST_REQUIRE(engine.contains(id));
  }

  crdt::graph_engine engine;
  memory_store disk;
  crdt::replica machine;
  std::vector<crdt::write_ticket> acknowledged;
  std::vector<crdt::write_ticket> failed;
  std::map<crdt::peer_handle, std::uint64_t> credit;
  std::map<crdt::peer_handle, std::error_code> refusals;
  std::vector<crdt::items_changed> changes_seen;
};

} // namespace warren::test
