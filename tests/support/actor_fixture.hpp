#pragma once

#include "messages/time.hpp"
#include "messages/types.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <functional>
#include <memory>
#include <tuple>
#include <vector>

namespace warren::test {

/// Actors on one thread and a clock that is turned by hand: nothing runs before run(), and hours of timers pass at once.
/// The same test always runs the same way. Under it there are no scoped_actor receives and no detached actors.
///
///   BOOST_FIXTURE_TEST_CASE(it_answers, actor_fixture) {
///     auto log = record<circuit_opened>();
///     auto link = track(spawn_something(sys, log.handle));
///     advance(1s);
///     BOOST_TEST(log.all<circuit_opened>().size() == 1);
///   } // everything tracked is killed here; an actor that stays behind fails the test
class actor_fixture {
public:
  struct test_config : caf::actor_system_config {
    test_config() {
      add_message_types<caf::id_block::warren>();
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  /// Actors that record what they get, and the record, which outlives them.
  template <class... Messages>
  struct recorder {
    using log = std::tuple<std::vector<Messages>...>;

    caf::actor handle;
    std::shared_ptr<log> entries;

    template <class Message>
    std::vector<Message>& all() const {
      return std::get<std::vector<Message>>(*entries);
    }

    /// Returns what came since the last call.
    template <class Message>
    std::vector<Message> take() const {
      return std::exchange(all<Message>(), {});
    }
  };

  actor_fixture() {
    // An hour after the epoch, so that an actor may look back in time without meeting the clock's beginning.
    sched.advance_time(std::chrono::hours{1});
  }

  actor_fixture(const actor_fixture&) = delete;
  actor_fixture& operator=(const actor_fixture&) = delete;

  ~actor_fixture() {
    kill_tracked();
    auto left = sys.registry().running();
    BOOST_CHECK_MESSAGE(left == 0, left << " actors were left running at the end of the test");
    if (left != 0)
      sys.await_actors_before_shutdown(false); // else the system's destructor waits for ever
  }

  /// Returns the time as actors see it.
  time_point now() const { return sched.clock().now(); }

  /// Runs actors until none has mail. Fails the test after `most` steps.
  void run(std::size_t most = 1'000'000) {
    for (std::size_t steps = 0; sched.try_run_once(); ++steps) {
      between();
      BOOST_REQUIRE_MESSAGE(steps < most, "actors still had mail after " << most << " steps");
    }
  }

  /// Runs actors and `outside` by turns until neither has anything to do. `outside` stands for the world around the actors
  /// (a simulated link, say) and returns true when it did something.
  template <class Outside>
  void run_with(Outside outside, std::size_t most = 100'000) {
    run();
    for (std::size_t turns = 0; outside(); ++turns) {
      BOOST_REQUIRE_MESSAGE(
          turns < most, "actors and their surroundings found no rest in " << most << " turns");
      run();
    }
  }

  /// Lets `by` pass: every timer fires at its own time, and all it leads to happens before the next one.
  void advance(std::chrono::nanoseconds by) {
    advance_with(by, [] { return false; });
  }

  template <class Outside>
  void advance_with(std::chrono::nanoseconds by, Outside outside) {
    run_with(outside);
    auto& clock = sched.clock();
    for (auto until = clock.now() + by; clock.now() < until;) {
      const auto& timers = clock.schedule();
      auto next = timers.empty() ? until : std::min(until, timers.begin()->first);
      clock.advance_time(std::max<duration>(next - clock.now(), duration::zero()));
      run_with(outside);
    }
  }

  /// Has `actor` killed when the test ends. Returns it.
  template <class Handle>
  Handle track(Handle actor) {
    tracked_.push_back(caf::actor_cast<caf::actor>(actor));
    return actor;
  }

  /// Spawns an actor over `State` (act::spawn) and tracks it.
  template <class State, class... Ts>
  auto spawn(Ts&&... xs) {
    return track(act::spawn<State>(sys, std::forward<Ts>(xs)...));
  }

  /// Spawns an actor over `role`, a function of its event_based_actor* that returns its behaviour or nothing. Stands in
  /// for CAF's own function-based actors, which bind a null reference as the sanitizer rightly reports.
  template <class Role>
  caf::actor spawn_function(Role role) {
    return act::spawn<function_state<Role>>(sys, std::move(role));
  }

  /// Ends `actor` at once, as a crash would.
  template <class Handle>
  void kill(const Handle& actor) {
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    run();
  }

  /// Spawns an actor that records messages of these types and ignores all others.
  template <class... Messages>
  recorder<Messages...> record() {
    auto entries = std::make_shared<typename recorder<Messages...>::log>();
    auto behaviour = [entries](caf::event_based_actor* self) -> caf::behavior {
      self->set_default_handler(caf::drop);
      return {[entries](const Messages& message) {
        std::get<std::vector<Messages>>(*entries).push_back(message);
      }...};
    };
    return {track(spawn_function(behaviour)), entries};
  }

  test_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched = dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());

protected:
  /// Ends all tracked actors. For the destructors of derived fixtures whose members the actors use.
  void kill_tracked() {
    for (auto& actor : tracked_)
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    tracked_.clear();
    run();
  }

  /// Called after each step of an actor; for tests that look at every intermediate state.
  std::function<void()> after_each_step;

private:
  template <class Role>
  struct function_state {
    function_state(caf::event_based_actor* actor, Role&& what) : self{actor}, role{std::move(what)} {}

    caf::behavior make_behavior() {
      if constexpr (std::is_void_v<std::invoke_result_t<Role&, caf::event_based_actor*>>) {
        role(self);
        return {};
      } else {
        return role(self);
      }
    }

    caf::event_based_actor* self;
    Role role;
  };

  void between() {
    if (after_each_step)
      after_each_step();
  }

  std::vector<caf::actor> tracked_;
};

} // namespace warren::test
