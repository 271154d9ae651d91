#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/item_store.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::as_byte_view;
using warren::to_bytes;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::seeded_random;
using warren::test::start;
using namespace warren::dht;
using outcome = item_store::outcome;

namespace {

const node_id own_id = id_of({0});

item immutable(int i) {
  return {to_bytes("i" + std::to_string(i) + "e"), {}};
}

item version(std::int64_t seq, std::string_view value) {
  seeded_random random{5};
  return make_mutable_item(warren::crypto::identity::generate(random), {}, seq, as_byte_view(value));
}

warren::ip_address address_of(std::size_t i) {
  return endpoint_of(i).address;
}

} // namespace

BOOST_AUTO_TEST_SUITE(item_store_test)

BOOST_AUTO_TEST_CASE(items_last_for_two_hours_unless_they_are_put_again) {
  item_store store{{}};
  auto target = target_of(immutable(1));
  BOOST_TEST((store.put(start, address_of(1), immutable(1), {}, own_id) == outcome::stored));
  BOOST_TEST(store.get(start + 119min, target));
  BOOST_TEST(!store.get(start + 2h, target));
  BOOST_TEST((store.put(start + 1h, address_of(2), immutable(1), {}, own_id) == outcome::stored));
  BOOST_TEST(store.get(start + 179min, target));
  store.expire(start + 3h);
  BOOST_TEST(store.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_higher_sequence_number_replaces_and_a_lower_or_equal_one_does_not) {
  item_store store{{}};
  auto target = target_of(version(1, "i1e"));
  BOOST_TEST((store.put(start, address_of(1), version(5, "i5e"), {}, own_id) == outcome::stored));
  BOOST_TEST((store.put(start, address_of(1), version(4, "i4e"), {}, own_id) == outcome::sequence_too_low));
  BOOST_TEST((store.put(start, address_of(1), version(4, "i5e"), {}, own_id) == outcome::sequence_too_low));
  BOOST_TEST((store.put(start, address_of(1), version(5, "i6e"), {}, own_id) == outcome::sequence_too_low));
  BOOST_TEST((store.get(start, target)->signing->seq == 5));
  BOOST_TEST((store.put(start + 1h, address_of(1), version(5, "i5e"), {}, own_id) == outcome::stored));
  BOOST_TEST(store.get(start + 150min, target), "the same one again prolongs it");
  BOOST_TEST((store.put(start, address_of(1), version(6, "i6e"), {}, own_id) == outcome::stored));
  BOOST_TEST((*store.get(start, target) == version(6, "i6e")));
}

BOOST_AUTO_TEST_CASE(cas_must_name_the_stored_number_and_is_ignored_where_nothing_is_stored) {
  item_store store{{}};
  BOOST_TEST((store.put(start, address_of(1), version(5, "i5e"), 99, own_id) == outcome::stored));
  BOOST_TEST((store.put(start, address_of(1), version(6, "i6e"), 4, own_id) == outcome::cas_mismatch));
  BOOST_TEST((store.put(start, address_of(1), version(6, "i6e"), 5, own_id) == outcome::stored));
  // What has expired counts as nothing.
  BOOST_TEST((store.put(start + 3h, address_of(1), version(2, "i2e"), 1, own_id) == outcome::stored));
}

BOOST_AUTO_TEST_CASE(an_address_holds_so_many_items_and_gets_its_places_back) {
  item_store store{{.items_per_address = 2}};
  for (int i = 0; i < 3; ++i)
    BOOST_TEST((store.put(start, address_of(1), immutable(i), {}, own_id) == outcome::stored) == (i < 2));
  BOOST_TEST((store.put(start, address_of(2), immutable(2), {}, own_id) == outcome::stored));
  store.expire(start + 2h);
  BOOST_TEST((store.put(start + 2h, address_of(1), immutable(2), {}, own_id) == outcome::stored));
}

BOOST_AUTO_TEST_CASE(an_ipv6_64_holds_what_one_address_may_hold) {
  item_store store{{.items_per_address = 2}};
  for (int i = 0; i < 5; ++i) {
    auto from = *warren::ip_address::parse("2001:db8:1:1::" + std::to_string(i));
    BOOST_TEST((store.put(start, from, immutable(i), {}, own_id) == outcome::stored) == (i < 2));
  }
}

BOOST_AUTO_TEST_CASE(when_there_is_no_room_the_item_farthest_from_the_own_id_goes) {
  item_store store{{.items = 10, .items_per_address = 0}};
  std::vector<node_id> targets;
  for (int i = 0; i < 100; ++i) {
    store.put(start, address_of(1), immutable(i), {}, own_id);
    targets.push_back(target_of(immutable(i)));
    BOOST_TEST(store.size() <= 10u);
  }
  std::sort(targets.begin(), targets.end()); // the own id is zero
  for (std::size_t i = 0; i < targets.size(); ++i)
    BOOST_TEST((store.get(start, targets[i]) != nullptr) == (i < 10));
}

BOOST_AUTO_TEST_SUITE_END()
