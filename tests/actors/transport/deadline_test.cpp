#include "actors/deadline.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace warren;
using namespace warren::test;
using namespace std::chrono_literals;

namespace {

/// Stands for a machine that always has a distant deadline (a ping) and often a nearer one (a delayed ack).
struct restless_state {
  restless_state(caf::event_based_actor* selfptr, std::size_t* count) : self{selfptr}, fired{count} {
    // nop
  }

  caf::behavior make_behavior() {
    arm();
    return {
        [this](caf::put_atom) {
          near = self->clock().now() + 10ms;
          arm();
        },
        [this](deadline_reached) {
          ++*fired;
          auto now = self->clock().now();
          wake_up.fired(now);
          if (near && *near <= now)
            near.reset();
          if (far <= now)
            far = now + 5s;
          arm();
        },
    };
  }

  void arm() { wake_up.arm(self, near ? std::min(*near, far) : far); }

  caf::event_based_actor* self;
  std::size_t* fired;
  std::optional<time_point> near;
  time_point far = self->clock().now() + 5s;
  deadline wake_up;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(deadline_test, actor_fixture)

BOOST_AUTO_TEST_CASE(deadlines_that_preempt_each_other_leave_no_growing_crowd_of_timers) {
  std::size_t fired = 0;
  auto actor = spawn<restless_state>(&fired);
  for (int i = 0; i < 600; ++i) {
    act::anon_mail(caf::put_atom::value).send(actor);
    advance(500ms);
    BOOST_REQUIRE(sched.clock().schedule().size() <= 12u);
  }
  // 600 near deadlines, 60 far ones, and stale messages at most as often again.
  BOOST_TEST(fired <= 2 * (600u + 60u));
}

BOOST_AUTO_TEST_SUITE_END()
