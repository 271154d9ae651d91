#include "actors/wake_ups.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace warren;
using namespace warren::test;

namespace {

struct counting_state {
  counting_state(caf::event_based_actor*, std::size_t* count) : messages{count} {}

  caf::behavior make_behavior() {
    return {[this](int) { ++*messages; }};
  }

  std::size_t* messages;
};

/// Sends so many messages to each when told to, and looks at how many actors are to run before and after the scope's end.
struct sending_state {
  sending_state(
      caf::event_based_actor* selfptr, std::vector<caf::actor> receivers, std::function<std::size_t()> jobs)
      : self{selfptr}, to{std::move(receivers)}, runnable{std::move(jobs)} {}

  caf::behavior make_behavior() {
    return {[this](caf::put_atom) {
      auto before = self->context();
      {
        wake_ups together{*self};
        for (int i = 0; i < 3; ++i)
          for (const auto& each : to)
            self->send(each, i);
        within = runnable();
      }
      BOOST_TEST(self->context() == before);
      after = runnable();
      BOOST_TEST(within + std::min<std::size_t>(to.size(), 16) == after);
    }};
  }

  caf::event_based_actor* self;
  std::vector<caf::actor> to;
  std::function<std::size_t()> runnable;
  std::size_t within = 0;
  std::size_t after = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(wake_ups_test, actor_fixture)

BOOST_AUTO_TEST_CASE(whoever_gets_several_messages_in_a_row_is_woken_once_and_gets_them_all) {
  for (std::size_t count : {1u, 2u, 40u}) {
    std::vector<std::size_t> received(count);
    std::vector<caf::actor> receivers;
    for (auto& each : received)
      receivers.push_back(spawn<counting_state>(&each));
    auto sender = spawn<sending_state>(receivers, [this] { return sched.jobs.size(); });
    run();
    act::anon_mail(caf::put_atom::value).send(sender);
    run();
    for (auto each : received)
      BOOST_TEST(each == 3u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
