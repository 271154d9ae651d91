#include "transports/dht/renewals.hpp"

#include "tests/unit/dht/nodes.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::dht::renewals;
using warren::test::start;

namespace {

using keys = std::vector<int>;

} // namespace

BOOST_AUTO_TEST_SUITE(renewals_test)

BOOST_AUTO_TEST_CASE(what_was_told_is_due_after_the_interval_and_again_soon_until_somebody_took_it) {
  renewals<int> all{15min, 1min};
  BOOST_TEST(!all.poll_timeout());
  all.told(start, 1);
  BOOST_TEST((all.poll_timeout() == start + 15min));
  BOOST_TEST(all.due(start + 15min - 1s).empty());
  BOOST_TEST((all.due(start + 15min) == keys{1}));
  BOOST_TEST(all.due(start + 15min).empty());
  BOOST_TEST((all.due(start + 16min) == keys{1}));
  all.told(start + 16min, 1);
  BOOST_TEST((all.poll_timeout() == start + 31min));
}

BOOST_AUTO_TEST_CASE(what_nobody_took_is_due_soon) {
  renewals<int> all{15min, 1min};
  all.failed(start, 1);
  BOOST_TEST((all.due(start + 1min) == keys{1}));
  renewals<int> short_interval{10s, 1min};
  short_interval.failed(start, 1);
  BOOST_TEST((short_interval.due(start + 10s) == keys{1}));
}

BOOST_AUTO_TEST_CASE(each_key_has_a_time_of_its_own_and_may_be_removed) {
  renewals<int> all{15min, 1min};
  all.told(start, 1);
  all.told(start + 5min, 2);
  all.told(start, 3);
  all.remove(3);
  BOOST_TEST(all.size() == 2u);
  BOOST_TEST((all.due(start + 15min) == keys{1}));
  all.remove(1);
  BOOST_TEST((all.due(start + 1h) == keys{2}));
}

BOOST_AUTO_TEST_CASE(all_are_due_at_once_when_what_was_told_is_not_true_any_more) {
  renewals<int> all{15min, 1min};
  all.told(start, 1);
  all.told(start, 2);
  all.hasten(start + 1s);
  BOOST_TEST((all.due(start + 1s) == keys{1, 2}));
}

BOOST_AUTO_TEST_SUITE_END()
