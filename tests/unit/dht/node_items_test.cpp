// BEP 44 between nodes.
#include "tests/unit/dht/node_bench.hpp"
#include "transports/dht/errc.hpp"

using namespace std::chrono_literals;
using warren::as_byte_view;
using warren::to_bytes;
using warren::test::bench;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::node_group;
using namespace warren::dht;
namespace krpc = warren::krpc;

namespace {

warren::crypto::identity owner() {
  warren::test::seeded_random random{44};
  return warren::crypto::identity::generate(random);
}

item version(std::int64_t seq, std::string_view value, std::string_view salt = {}) {
  return make_mutable_item(owner(), as_byte_view(salt), seq, as_byte_view(value));
}

/// Twelve nodes for hours of items.
struct dht_items_world {
  explicit dht_items_world(config how = {}) : net{12, std::move(how)} {}

  /// Returns whether node `reader` finds this item, and nothing else.
  bool found(std::size_t reader, const item& wanted = version(1, "i1e")) {
    net.events<item_found>(reader);
    net[reader].get_item(net.now, owner().id(), wanted.signing->salt);
    net.pass(20s);
    auto came = net.events<item_found>(reader);
    return came.size() == 1 && came[0].what == wanted;
  }

  node_group net;
};

/// Sends a get and a put with its token by hand and returns the answer.
krpc::message put_by_hand(
    bench& b, const warren::endpoint& from, const item& what, std::optional<std::int64_t> cas = {}) {
  krpc::query get;
  get.method = krpc::method::get;
  get.id = id_of({0x11});
  get.target = target_of(what);
  auto reply = b.ask(from, get);
  BOOST_REQUIRE(reply);
  auto token = to_bytes(std::get<krpc::response>(krpc::decode(reply->payload)->body).token);
  krpc::query put;
  put.method = krpc::method::put;
  put.id = id_of({0x11});
  put.token = token;
  put.item = to_wire(what);
  put.item.cas = cas;
  static warren::bytes last;
  last = b.ask(from, put)->payload;
  return *krpc::decode(last);
}

std::int64_t code_of(const krpc::message& message) {
  auto error = std::get_if<krpc::error>(&message.body);
  return error ? error->code : 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(node_items_test)

BOOST_AUTO_TEST_CASE(an_immutable_item_is_put_and_found_by_its_hash) {
  node_group net{12};
  item hello{to_bytes("12:Hello World!"), {}};
  net[3].put_item(net.now, hello);
  net.pass(10s);
  auto put = net.events<lookup_done>(3);
  BOOST_REQUIRE(put.size() == 1u);
  BOOST_TEST(put[0].announced_to == k);
  BOOST_TEST(!put[0].why);
  auto lookup = net[9].get_item(net.now, target_of(hello));
  net.pass(10s);
  auto found = net.events<item_found>(9);
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST((found[0].what == hello));
  BOOST_TEST((found[0].lookup == lookup));
  net[9].get_item(net.now, id_of({1, 2, 3}));
  net.pass(10s);
  BOOST_TEST(net.events<item_found>(9).empty());
}

BOOST_AUTO_TEST_CASE(the_newest_version_of_a_mutable_item_wins) {
  node_group net{12};
  net[3].put_item(net.now, version(1, "i1e", "salt"));
  net.pass(10s);
  // Some nodes miss the second version.
  net.silent[5] = net.silent[6] = net.silent[7] = true;
  net[3].put_item(net.now, version(2, "i2e", "salt"));
  net.pass(1min);
  net.silent.clear();
  for (std::size_t reader : {1u, 6u, 11u}) {
    net.events<item_found>(reader);
    net[reader].get_item(net.now, owner().id(), as_byte_view("salt"));
    net.pass(10s);
    auto found = net.events<item_found>(reader);
    BOOST_REQUIRE(!found.empty());
    BOOST_TEST((found.back().what == version(2, "i2e", "salt")));
    for (std::size_t i = 1; i < found.size(); ++i)
      BOOST_TEST(found[i - 1].what.signing->seq < found[i].what.signing->seq);
  }
  net[8].get_item(net.now, owner().id(), as_byte_view("pepper"));
  net[8].get_item(net.now, owner().id(), as_byte_view("salt"), 2);
  net.pass(10s);
  BOOST_TEST(net.events<item_found>(8).empty(), "another salt, and nothing newer");
}

BOOST_AUTO_TEST_CASE(our_items_are_put_again_every_hour_so_that_they_outlive_what_others_remember) {
  dht_items_world world;
  auto put = world.net[3].put_item(world.net.now, version(1, "i1e"));
  world.net.pass(10s);
  world.net.events<lookup_done>(3);
  for (int hours = 0; hours < 5; ++hours) {
    world.net.pass(1h);
    BOOST_TEST(world.found(9), "after " << hours + 1 << " hours");
  }
  auto said = world.net.events<lookup_done>(3);
  BOOST_TEST(said.empty(), "a renewal is nobody's lookup");
  world.net[3].cancel(put);
  world.net.pass(3h);
  BOOST_TEST(!world.found(9), "cancelled, it is forgotten");
}

BOOST_AUTO_TEST_CASE(an_item_that_nobody_took_again_is_tried_soon_after) {
  dht_items_world world;
  world.net[3].put_item(world.net.now, version(1, "i1e"));
  world.net.pass(10s);
  for (std::size_t i = 0; i < 12; ++i)
    world.net.silent[i] = i != 3;
  world.net.pass(70min);
  world.net.silent.clear();
  world.net.pass(2h + 10min);
  BOOST_TEST(world.found(9));
}

BOOST_AUTO_TEST_CASE(an_item_that_somebody_replaced_is_told_and_not_put_again) {
  dht_items_world world;
  auto put = world.net[3].put_item(world.net.now, version(1, "i1e"));
  world.net.pass(10s);
  world.net[5].put_item(world.net.now, version(2, "i2e"));
  world.net.pass(10s);
  world.net.events<item_found>(3);
  world.net.pass(1h + 1min);
  auto told = world.net.events<item_found>(3);
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told[0].what == version(2, "i2e")));
  BOOST_TEST((told[0].lookup == put));
  world.net.pass(2h);
  BOOST_TEST(world.net.events<item_found>(3).empty());
}

BOOST_AUTO_TEST_CASE(a_newer_version_put_here_takes_the_place_of_the_older_one) {
  dht_items_world world;
  world.net[3].put_item(world.net.now, version(1, "i1e"));
  world.net.pass(10s);
  auto second = world.net[3].put_item(world.net.now, version(2, "i2e"));
  world.net.pass(10s);
  world.net.events<item_found>(3);
  world.net.pass(3h);
  BOOST_TEST(world.found(9, version(2, "i2e")));
  BOOST_TEST(world.net.events<item_found>(3).empty());
  world.net[3].cancel(second);
  world.net.pass(3h);
  BOOST_TEST(!world.found(9));
}

BOOST_AUTO_TEST_CASE(only_so_many_items_are_put_again) {
  config how;
  how.max_own_items = 2;
  dht_items_world world{how};
  for (auto salt : {"a", "b", "c"}) {
    world.net[3].put_item(world.net.now, version(1, "i1e", salt));
    world.net.pass(10s);
  }
  world.net.pass(3h);
  BOOST_TEST(!world.found(9, version(1, "i1e", "a")), "the one put first");
  BOOST_TEST(world.found(9, version(1, "i1e", "b")));
  BOOST_TEST(world.found(9, version(1, "i1e", "c")));
}

BOOST_AUTO_TEST_CASE(putting_an_old_version_or_with_the_wrong_cas_says_so) {
  node_group net{12};
  net[3].put_item(net.now, version(5, "i5e"));
  net.pass(10s);
  auto put = [&](const item& what, std::optional<std::int64_t> cas) {
    net.events<lookup_done>(4);
    net[4].put_item(net.now, what, cas);
    net.pass(10s);
    auto done = net.events<lookup_done>(4);
    BOOST_REQUIRE(done.size() == 1u);
    return done[0];
  };
  BOOST_TEST((put(version(4, "i4e"), {}).why == errc::superseded));
  BOOST_TEST((put(version(5, "i6e"), {}).why == errc::superseded));
  BOOST_TEST((put(version(6, "i6e"), 4).why == errc::cas_mismatch));
  BOOST_TEST(put(version(5, "i5e"), {}).announced_to == k, "the same one again keeps it alive");
  auto done = put(version(6, "i6e"), 5);
  BOOST_TEST(!done.why);
  BOOST_TEST(done.announced_to == k);
}

BOOST_AUTO_TEST_CASE(an_item_that_nobody_may_store_is_not_sent) {
  bench b;
  b.machine.put_item(b.now, {to_bytes("no bencoding"), {}});
  auto forged = version(1, "i1e");
  forged.signing->seq = 2;
  b.machine.put_item(b.now, forged);
  auto done = b.events<lookup_done>();
  BOOST_REQUIRE(done.size() == 2u);
  BOOST_TEST((done[0].why == errc::bad_value));
  BOOST_TEST((done[1].why == errc::bad_signature));
  BOOST_TEST(b.queries().empty());
}

BOOST_AUTO_TEST_CASE(puts_are_answered_with_the_errors_of_bep_44) {
  bench b;
  BOOST_TEST(code_of(put_by_hand(b, endpoint_of(1), version(5, "i5e"))) == 0);
  BOOST_TEST(code_of(put_by_hand(b, endpoint_of(2), version(4, "i4e"))) == 302);
  BOOST_TEST(code_of(put_by_hand(b, endpoint_of(3), version(6, "i6e"), 4)) == 301);
  auto forged = version(7, "i7e");
  forged.value = to_bytes("i8e");
  BOOST_TEST(code_of(put_by_hand(b, endpoint_of(4), forged)) == 206);
  krpc::query put;
  put.method = krpc::method::put;
  put.id = id_of({0x11});
  put.token = as_byte_view("wrong");
  auto what = version(9, "i9e");
  put.item = to_wire(what);
  auto reply = b.ask(endpoint_of(5), put);
  BOOST_TEST(code_of(*krpc::decode(reply->payload)) == 203);
  auto counted = b.machine.counters();
  BOOST_TEST(counted.items_stored == 1u);
  BOOST_TEST(counted.outdated_items == 2u);
  BOOST_TEST(counted.bad_items == 1u);
  BOOST_TEST(counted.bad_token == 1u);
  BOOST_TEST(b.machine.stats().items_stored == 1u);
}

BOOST_AUTO_TEST_CASE(a_get_with_a_sequence_number_brings_the_value_only_if_it_is_newer) {
  bench b;
  auto stored = version(5, "i5e");
  put_by_hand(b, endpoint_of(1), stored);
  for (std::int64_t asked : {4, 5, 6}) {
    krpc::query get;
    get.method = krpc::method::get;
    get.id = id_of({0x11});
    get.target = target_of(stored);
    get.item.seq = asked;
    auto reply = b.ask(endpoint_of(2), get);
    auto answer = std::get<krpc::response>(krpc::decode(reply->payload)->body);
    BOOST_TEST((answer.item.seq == 5));
    BOOST_TEST(answer.item.value.empty() == (asked >= 5));
    BOOST_TEST(!answer.token.empty());
  }
}

BOOST_AUTO_TEST_CASE(false_items_in_answers_are_not_believed) {
  bench b;
  b.befriend(id_of({0x22}), endpoint_of(1));
  auto honest = version(1, "i1e");
  auto lookup = b.machine.get_item(b.now, owner().id());
  auto asked = b.queries();
  BOOST_REQUIRE(asked.size() == 1u);
  auto forged = honest;
  forged.value = to_bytes("i2e");
  krpc::response lie;
  lie.item = to_wire(forged);
  b.answer(asked[0], id_of({0x22}), lie);
  BOOST_TEST(b.events<item_found>().empty());
  BOOST_TEST(b.machine.counters().bad_results == 1u);
  // Nor a good one under another name.
  item other{to_bytes("i3e"), {}};
  lookup = b.machine.get_item(b.now, id_of({9}));
  krpc::response wrong;
  wrong.item = to_wire(other);
  b.answer(b.queries().at(0), id_of({0x22}), wrong);
  BOOST_TEST(b.events<item_found>().empty());
  lookup = b.machine.get_item(b.now, target_of(other));
  b.answer(b.queries().at(0), id_of({0x22}), wrong);
  auto found = b.events<item_found>();
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST((found[0].lookup == lookup));
}

BOOST_AUTO_TEST_SUITE_END()
