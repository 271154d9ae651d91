#include "actors/config.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>

#include <atomic>
#include <future>

using namespace warren;

namespace {

struct scheduled {
  explicit scheduled(std::size_t threads) { settings.set("scheduler.max-threads", threads); }

  config settings;
  std::optional<caf::actor_system> system;

  caf::actor_system& start() { return system.emplace(settings); }
};

/// Counts what it gets; passes each number less one on to `next`.
caf::behavior relay_down(caf::event_based_actor* self, std::shared_ptr<std::atomic<int>> handled) {
  return {[=](int left, const caf::actor& next) {
    ++*handled;
    if (left > 0)
      self->send(next, left - 1, caf::actor{self});
  }};
}

} // namespace

BOOST_AUTO_TEST_SUITE(worker_policy_test)

BOOST_AUTO_TEST_CASE(every_message_of_many_conversations_is_handled) {
  for (std::size_t threads : {1u, 2u, 4u}) {
    scheduled with{threads};
    auto& system = with.start();
    auto handled = std::make_shared<std::atomic<int>>(0);
    constexpr int conversations = 50;
    constexpr int rounds = 400;
    for (int i = 0; i < conversations; ++i) {
      auto left = system.spawn(relay_down, handled);
      auto right = system.spawn(relay_down, handled);
      caf::anon_send(left, rounds, right);
    }
    system.await_all_actors_done();
    BOOST_TEST(*handled == conversations * (rounds + 1));
  }
}

BOOST_AUTO_TEST_CASE(an_actor_that_blocks_its_thread_does_not_keep_the_one_it_woke) {
  scheduled with{2};
  auto& system = with.start();
  std::promise<void> answered;
  auto answerer = system.spawn([&]() -> caf::behavior { return {[&](int) { answered.set_value(); }}; });
  auto asker = system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](const std::string&) {
      self->send(answerer, 1);
      answered.get_future().wait(); // with the answerer in this thread's slot
      self->quit();
    }};
  });
  caf::anon_send(asker, std::string{"go"});
  caf::scoped_actor self{system};
  self->wait_for(asker);
  caf::anon_send_exit(answerer, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(an_actor_that_always_has_work_does_not_starve_the_others) {
  scheduled with{1};
  auto& system = with.start();
  auto handled = std::make_shared<std::atomic<int>>(0);
  auto left = system.spawn(relay_down, handled);
  auto right = system.spawn(relay_down, handled);
  caf::anon_send(left, 1 << 30, right); // never done
  std::promise<void> reached;
  auto other = system.spawn([&]() -> caf::behavior { return {[&](int) { reached.set_value(); }}; });
  caf::anon_send(other, 1);
  reached.get_future().wait();
  for (const auto& each : {left, right, other})
    caf::anon_send_exit(each, caf::exit_reason::kill);
}

BOOST_AUTO_TEST_SUITE_END()
