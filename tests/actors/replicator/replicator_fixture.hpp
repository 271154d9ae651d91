#pragma once

#include "crdt_bridge/replicator.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/replica_host.hpp"

#include <deque>

namespace warren::test {

/// A disk that outlives the replicator.
class shared_store final : public crdt::item_store {
public:
  explicit shared_store(std::shared_ptr<memory_store> disk) : disk_{std::move(disk)} {}

  std::optional<crdt::store_failure> load(
      const std::function<std::error_code(const crdt::item&)>& each) override {
    return disk_->load(each);
  }
  std::optional<crdt::store_failure> commit(const crdt::change_set& changes) override {
    return disk_->commit(changes);
  }

private:
  std::shared_ptr<memory_store> disk_;
};

/// Two connection actors back to back: what one consumer writes the other receives, against the credit it granted.
struct fake_link {
  struct end {
    caf::actor consumer;
    connection_actor connection;
    channel_key key;
    std::uint64_t credit = 0;
    std::deque<std::pair<chunk, caf::typed_response_promise<void>>> incoming;
    bool closed = false;
  };
  end ends[2];

  void flush(std::size_t side) {
    auto& to = ends[side];
    while (!to.incoming.empty() && to.credit > 0) {
      auto [data, written] = std::move(to.incoming.front());
      to.incoming.pop_front();
      to.credit -= std::min<std::uint64_t>(to.credit, credit_of(data.size()));
      act::anon_mail(chunk_received{to.key, data}).send(to.consumer);
      caf::response_promise{written}.deliver(caf::unit);
    }
  }
};

class fake_connection_state {
public:
  fake_connection_state(connection_actor::pointer self, std::shared_ptr<fake_link> link, std::size_t side)
      : self_{self}, link_{std::move(link)}, side_{side} {}

  connection_actor::behavior_type make_behavior() {
    return {
        [this](const write_chunk& out) -> caf::result<void> {
          if (mine().closed)
            return make_error(errc::not_open);
          auto promise = self_->make_response_promise<void>();
          link_->ends[1 - side_].incoming.emplace_back(out.data, promise);
          link_->flush(1 - side_);
          return promise;
        },
        [this](const grant_credit& more) {
          mine().credit += more.octets;
          link_->flush(side_);
        },
        [](const finish_channel&) {},
        [this](const close_channel&) {
          for (auto& end : link_->ends)
            if (!std::exchange(end.closed, true) && end.consumer)
              act::anon_mail(closed{end.key, errc::closed_by_peer, ""}).send(end.consumer);
        },
        [](const get_status&) { return connection_status{}; },
    };
  }

private:
  fake_link::end& mine() { return link_->ends[side_]; }

  connection_actor::pointer self_;
  std::shared_ptr<fake_link> link_;
  std::size_t side_;
};

/// Replicators over disks in memory, under the deterministic scheduler.
class replicator_fixture : public actor_fixture {
public:
  ~replicator_fixture() {
    kill_tracked();
    run();
  }

  struct database {
    std::shared_ptr<memory_store> disk = std::make_shared<memory_store>();
    replicator_config config;
    replicator_actor actor;
  };

  wall_time wall() const {
    auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch());
    return {1'800'000'000'000 + passed.count()};
  }

  void start(database& db) {
    db.config.database = "test";
    db.config.detached_store = false;
    db.config.wall_clock = [this] { return wall(); };
    db.config.random = std::make_shared<seeded_random>(1);
    if (!db.config.open_store)
      db.config.open_store =
          [disk = db.disk]() -> std::variant<std::unique_ptr<crdt::item_store>, crdt::store_failure> {
        return std::make_unique<shared_store>(disk);
      };
    auto spawned = spawn_replicator(sys, db.config);
    if (!spawned)
      BOOST_FAIL(describe(spawned.error()));
    db.actor = track(*spawned);
    run();
  }

  /// Joins two replicators; the link's first end is `a`'s.
  std::shared_ptr<fake_link> connect(const database& a, const database& b) {
    auto link = std::make_shared<fake_link>();
    add_end(link, 0, caf::actor_cast<caf::actor>(a.actor));
    add_end(link, 1, caf::actor_cast<caf::actor>(b.actor));
    for (auto& end : link->ends)
      act::anon_mail(connected{end.key, end.connection, topic::of("test"), {}}).send(end.consumer);
    run();
    return link;
  }

  /// A link whose far end is played by the test.
  std::shared_ptr<fake_link> connect_by_hand(const database& a, const caf::actor& far) {
    auto link = std::make_shared<fake_link>();
    add_end(link, 0, caf::actor_cast<caf::actor>(a.actor));
    add_end(link, 1, far);
    link->ends[1].credit = 1'000'000'000;
    act::anon_mail(connected{link->ends[0].key, link->ends[0].connection, topic::of("test"), {}})
        .send(link->ends[0].consumer);
    run();
    return link;
  }

  void add_end(const std::shared_ptr<fake_link>& link, std::size_t side, caf::actor consumer) {
    auto& end = link->ends[side];
    end.consumer = std::move(consumer);
    end.key = {++last_connection_, 1};
    end.connection = spawn<fake_connection_state>(link, side);
  }

  template <class Result, class Request>
  caf::expected<Result> ask(const database& db, Request request) {
    auto answer = std::make_shared<caf::expected<Result>>(caf::error{caf::sec::request_timeout});
    auto asker = [answer, to = db.actor, request](caf::event_based_actor* self) {
      act::mail(self, request)
          .request(to, caf::infinite)
          .then(
              [answer](Result& value) { *answer = std::move(value); },
              [answer](caf::error& why) { *answer = std::move(why); });
    };
    track(spawn_function(asker));
    run();
    return *answer;
  }

  /// Returns the error of a request answered with nothing; none when it succeeded, sec::request_timeout when it is open.
  template <class Request>
  caf::error order(const database& db, Request request) {
    auto answer = std::make_shared<caf::error>(caf::sec::request_timeout);
    auto asker = [answer, to = db.actor, request](caf::event_based_actor* self) {
      act::mail(self, request)
          .request(to, caf::infinite)
          .then([answer] { *answer = caf::none; }, [answer](caf::error& why) { *answer = std::move(why); });
    };
    track(spawn_function(asker));
    run();
    return *answer;
  }

  void put(const database& db, const std::string& soul, const std::string& fields) {
    auto why = order(db, put_fields{soul, fields});
    if (why)
      BOOST_FAIL(describe(why));
  }

  std::string get(const database& db, const std::string& soul) {
    auto node = ask<node_value>(db, get_node{soul});
    return node ? node->fields_json : "";
  }

  database_status status(const database& db) {
    auto answer = ask<database_status>(db, get_status{});
    BOOST_REQUIRE(answer);
    return *answer;
  }

private:
  std::uint64_t last_connection_ = 0;
};

} // namespace warren::test
