#include "tests/support/seeded_random.hpp"
#include "transports/udx/send_store.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <set>

using namespace warren;
using namespace warren::udx;

namespace {

std::shared_ptr<const bytes> run_of(test::seeded_random& random, std::size_t octets) {
  bytes content(octets);
  random.fill(content);
  return std::make_shared<const bytes>(std::move(content));
}

} // namespace

BOOST_AUTO_TEST_SUITE(udx_send_store)

BOOST_AUTO_TEST_CASE(it_is_a_bounded_queue_of_octets_with_and_without_owners) {
  test::seeded_random random{1};
  constexpr std::size_t limit = 200'000;
  send_store store{limit};
  std::deque<std::byte> model;
  for (int i = 0; i < 4000; ++i) {
    auto content = run_of(random, random.below(random.below(4) == 0 ? 70'000 : 300));
    auto taken = random.below(2) == 0 ? store.append(*content) : store.append(*content, content);
    BOOST_REQUIRE(taken == std::min(content->size(), limit - model.size()));
    model.insert(model.end(), content->begin(), content->begin() + static_cast<std::ptrdiff_t>(taken));
    for (int j = 0; j < 3; ++j) { // as packets are sent and repeated: anywhere
      auto offset = random.below(model.size() + 1);
      bytes copied(random.below(std::min<std::size_t>(model.size() - offset, 9000) + 1));
      store.copy(store.begin() + offset, copied);
      BOOST_REQUIRE(
          std::equal(copied.begin(), copied.end(), model.begin() + static_cast<std::ptrdiff_t>(offset)));
    }
    auto drop = random.below(model.size() + 1);
    store.drop(drop);
    model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(drop));
    BOOST_REQUIRE(store.size() == model.size());
    BOOST_REQUIRE(store.room() == limit - model.size());
  }
}

BOOST_AUTO_TEST_CASE(a_large_run_stays_with_its_owner_until_all_of_it_is_acknowledged) {
  test::seeded_random random{2};
  send_store store{1 << 20};
  auto large = run_of(random, 65'000);
  auto small = run_of(random, 100);
  store.append(*large, large);
  store.append(*small, small);
  BOOST_TEST(large.use_count() == 2);
  BOOST_TEST(small.use_count() == 1); // copied
  store.drop(64'999);
  BOOST_TEST(large.use_count() == 2);
  store.drop(1);
  BOOST_TEST(large.use_count() == 1);
  BOOST_TEST(store.size() == 100u);
}

BOOST_AUTO_TEST_CASE(memory_of_copied_runs_is_used_again_once_they_are_acknowledged) {
  test::seeded_random random{5};
  send_store store{1 << 20};
  auto run = run_of(random, 1'000);
  std::set<const std::byte*> places;
  for (int i = 0; i < 20'000; ++i) {
    if (store.room() < run->size())
      store.drop(store.size() / 2);
    store.append(*run);
    places.insert(store.block_in_use());
  }
  BOOST_TEST(places.size() <= 40u); // some 20 MiB went through 1 MiB
}

BOOST_AUTO_TEST_CASE(only_what_fits_is_taken_of_a_run_with_an_owner) {
  test::seeded_random random{3};
  send_store store{10'000};
  auto run = run_of(random, 9'000);
  BOOST_TEST(store.append(*run, run) == 9'000u);
  BOOST_TEST(store.append(*run, run) == 1'000u);
  BOOST_TEST(store.append(*run, run) == 0u);
  bytes tail(1'000);
  store.copy(9'000, tail);
  BOOST_TEST(std::equal(tail.begin(), tail.end(), run->begin()));
}

BOOST_AUTO_TEST_CASE(released_it_keeps_nothing_and_stays_where_it_was) {
  test::seeded_random random{4};
  send_store store{100'000};
  auto run = run_of(random, 50'000);
  store.append(*run, run);
  store.release();
  BOOST_TEST(run.use_count() == 1);
  BOOST_TEST(store.size() == 0u);
  BOOST_TEST(store.begin() == 50'000u);
  BOOST_TEST(store.end() == 50'000u);
}

BOOST_AUTO_TEST_SUITE_END()
