// Each timer of a wheel expires once, at its tick, however near or far that is and however time goes on. The last test compares the
// wheel with a sorted list; a failure names its seed, WARREN_WHEEL_SEED runs that one alone, WARREN_WHEEL_SEEDS so many.
#include "messages/timing_wheel.hpp"

#include "tests/support/seeded_random.hpp"
#include "tests/support/seeds.hpp"

#include <map>
#include <set>

using namespace warren;
using namespace warren::test;
using namespace std::chrono_literals;

namespace {

using tick = timing_wheel::tick;
using timer = timing_wheel::timer;

constexpr tick start_tick{1h};
constexpr std::uint64_t seeds = 2000;

std::vector<const timer*> expired_at(timing_wheel& wheel, tick now) {
  wheel.advance(now);
  std::vector<const timer*> result;
  while (auto which = wheel.take_expired())
    result.push_back(which);
  return result;
}

struct wheel_fixture {
  timing_wheel wheel{start_tick};
  timer one;
  timer other;

  ~wheel_fixture() {
    wheel.stop(one);
    wheel.stop(other);
  }

  void check_expiry(tick now, tick expiry) {
    BOOST_TEST_CONTEXT(
        "from " << now.time_since_epoch().count() << " to " << expiry.time_since_epoch().count()) {
      timing_wheel fresh{now};
      fresh.start(one, expiry);
      BOOST_TEST((fresh.next() == expiry));
      BOOST_TEST(expired_at(fresh, expiry - 1ms).empty());
      BOOST_TEST((fresh.next() == expiry));
      BOOST_TEST((expired_at(fresh, expiry) == std::vector<const timer*>{&one}));
      BOOST_TEST(!fresh.next());
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(timing_wheel_test, wheel_fixture)

BOOST_AUTO_TEST_CASE(an_empty_wheel_has_nothing_to_wait_for) {
  BOOST_TEST(!wheel.next());
  BOOST_TEST(expired_at(wheel, start_tick + 24h).empty());
  BOOST_TEST(!wheel.next());
}

BOOST_AUTO_TEST_CASE(each_timer_expires_once_at_its_tick) {
  wheel.start(one, start_tick + 20ms);
  wheel.start(other, start_tick + 10ms);
  BOOST_TEST((wheel.next() == start_tick + 10ms));
  BOOST_TEST(expired_at(wheel, start_tick + 9ms).empty());
  BOOST_TEST((expired_at(wheel, start_tick + 10ms) == std::vector<const timer*>{&other}));
  BOOST_TEST((wheel.next() == start_tick + 20ms));
  BOOST_TEST((expired_at(wheel, start_tick + 30ms) == std::vector<const timer*>{&one}));
  BOOST_TEST(expired_at(wheel, start_tick + 1h).empty());
}

BOOST_AUTO_TEST_CASE(a_timer_is_neither_early_nor_late_at_any_boundary_of_a_level) {
  for (unsigned bits = 0; bits < 50; ++bits)
    for (auto around : {-1ms, 0ms, 1ms})
      for (auto now :
           {start_tick, tick{}, tick{-1ms}, tick{63ms}, tick{4095ms}, tick{-(1ms * (1LL << 42))}}) {
        auto expiry = now + 1ms * (1LL << bits) + around;
        if (expiry > now)
          check_expiry(now, expiry);
        auto boundary = tick{1ms * (1LL << bits) + around};
        if (boundary > now)
          check_expiry(now, boundary);
      }
}

BOOST_AUTO_TEST_CASE(a_timer_that_goes_down_the_levels_step_by_step_expires_at_its_tick) {
  auto expiry = start_tick + 100h + 123ms;
  wheel.start(one, expiry);
  std::size_t steps = 0;
  for (auto now = start_tick; now < expiry - 1ms; now += (expiry - now) / 2, ++steps) {
    BOOST_TEST(expired_at(wheel, now).empty());
    BOOST_TEST((wheel.next() == expiry));
    BOOST_REQUIRE(steps < 64u);
  }
  BOOST_TEST((expired_at(wheel, expiry) == std::vector<const timer*>{&one}));
}

BOOST_AUTO_TEST_CASE(the_furthest_tick_is_not_beyond_the_horizon) {
  check_expiry(tick::min(), tick::max());
  check_expiry(tick::max() - 1ms, tick::max());
}

BOOST_AUTO_TEST_CASE(what_is_not_after_the_current_tick_has_expired_at_once) {
  wheel.start(one, start_tick);
  wheel.start(other, tick::min());
  BOOST_TEST((wheel.next() <= start_tick));
  std::set<const timer*> expired;
  for (auto which : expired_at(wheel, start_tick))
    expired.insert(which);
  BOOST_TEST((expired == std::set<const timer*>{&one, &other}));
  BOOST_TEST(!wheel.next());
}

BOOST_AUTO_TEST_CASE(time_does_not_go_back) {
  wheel.advance(start_tick - 1h);
  wheel.start(one, start_tick);
  BOOST_TEST((wheel.take_expired() == &one));
}

BOOST_AUTO_TEST_CASE(a_timer_that_is_started_again_expires_at_the_new_tick_only) {
  wheel.start(one, start_tick + 10ms);
  wheel.start(one, start_tick + 1h);
  BOOST_TEST(expired_at(wheel, start_tick + 10ms).empty());
  wheel.start(one, start_tick + 20ms);
  BOOST_TEST((wheel.next() == start_tick + 20ms));
  BOOST_TEST((expired_at(wheel, start_tick + 2h) == std::vector<const timer*>{&one}));
  BOOST_TEST(expired_at(wheel, start_tick + 3h).empty());
}

BOOST_AUTO_TEST_CASE(a_timer_that_is_stopped_does_not_expire_even_if_its_tick_has_come) {
  wheel.start(one, start_tick + 10ms);
  wheel.start(other, start_tick + 10ms);
  wheel.stop(one);
  wheel.stop(one);
  wheel.advance(start_tick + 10ms);
  wheel.stop(other);
  BOOST_TEST(!wheel.take_expired());
  BOOST_TEST(!wheel.next());
}

BOOST_AUTO_TEST_CASE(a_wheel_whose_timers_are_all_stopped_has_nothing_to_wait_for) {
  std::vector<timer> timers(1000);
  auto expiry = start_tick;
  for (auto& which : timers)
    wheel.start(which, expiry += 1ms + (expiry - start_tick) / 50);
  for (auto& which : timers)
    wheel.stop(which);
  BOOST_TEST(!wheel.next());
  BOOST_TEST(expired_at(wheel, tick::max()).empty());
}

BOOST_AUTO_TEST_CASE(a_jump_over_ages_expires_whatever_lay_on_the_way_and_nothing_else) {
  std::vector<timer> timers(1000);
  auto expiry = start_tick;
  for (auto& which : timers)
    wheel.start(which, expiry += 1ms + (expiry - start_tick) / 50);
  wheel.start(one, tick::max());
  BOOST_TEST(expired_at(wheel, tick::max() - 1ms).size() == timers.size());
  BOOST_TEST((wheel.next() == tick::max()));
}

namespace {

/// One run beside a plain sorted list: everything in it follows from its seed.
class run {
public:
  explicit run(std::uint64_t seed) : draw_{seed}, timers_(1 + draw_.below(60)) {}

  ~run() {
    for (auto& which : timers_)
      wheel_.stop(which);
  }

  void go() {
    for (auto step = 0; step < 300; ++step) {
      if (auto what = draw_.below(10); what < 6)
        start();
      else if (what < 8)
        stop(timers_[draw_.below(timers_.size())]);
      else if (what < 9)
        advance(later(now_));
      else
        advance_to_next();
      check_next();
    }
    for (auto& which : timers_)
      stop(which);
    BOOST_TEST(!wheel_.next());
  }

private:
  /// Any order of magnitude is as likely as any other.
  std::chrono::milliseconds distance() {
    auto bits = draw_.below(draw_.below(20) == 0 ? 62 : 25);
    return std::chrono::milliseconds{draw_.below(std::uint64_t{1} << bits)};
  }

  tick later(tick than) { return than + std::min(distance(), tick::max() - than); }

  void start() {
    auto& which = timers_[draw_.below(timers_.size())];
    auto expiry = draw_.below(10) == 0 ? now_ - distance() : later(now_);
    forget(which);
    model_.emplace(expiry, &which);
    wheel_.start(which, expiry);
  }

  void stop(timer& which) {
    forget(which);
    wheel_.stop(which);
  }

  void forget(const timer& which) {
    std::erase_if(model_, [&](const auto& entry) { return entry.second == &which; });
  }

  /// Returns how many expired.
  std::size_t advance(tick now) {
    now_ = now;
    auto expired = expired_at(wheel_, now);
    auto until = model_.upper_bound(now);
    std::multiset<const timer*> expected;
    for (auto i = model_.begin(); i != until; ++i)
      expected.insert(i->second);
    model_.erase(model_.begin(), until);
    BOOST_TEST((std::multiset<const timer*>(expired.begin(), expired.end()) == expected));
    return expired.size();
  }

  void advance_to_next() {
    auto next = wheel_.next();
    if (next && advance(std::max(now_, *next)) == 0)
      BOOST_TEST((wheel_.next() == model_.begin()->first), "nobody is there twice in a row");
  }

  void check_next() {
    auto next = wheel_.next();
    BOOST_REQUIRE(next.has_value() == !model_.empty());
    if (next)
      BOOST_TEST((*next <= model_.begin()->first));
  }

  seeded_random draw_;
  tick now_ = start_tick;
  timing_wheel wheel_{start_tick};
  std::vector<timer> timers_;
  std::multimap<tick, const timer*> model_;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_wheel_does_what_a_sorted_list_does) {
  for_each_seed("WARREN_WHEEL", seeds, [](std::uint64_t seed) { run{seed}.go(); });
}

BOOST_AUTO_TEST_SUITE_END()
