#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/errc.hpp"
#include "transports/dht/saved_table.hpp"

#include <boost/test/unit_test.hpp>

using warren::as_byte_view;
using warren::as_text;
using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::id_of;
namespace dht = warren::dht;

BOOST_AUTO_TEST_SUITE(saved_table_test)

BOOST_AUTO_TEST_CASE(a_table_of_both_families_reads_back_as_written) {
  dht::saved_table table{
      id_of({9}),
      {{id_of({1}), endpoint_of(1)},
       {id_of({2}), endpoint_of(2)},
       {id_of({3}), *endpoint::parse("[2001:db8::1]:7")}},
      *endpoint::parse("[2001:db8::9]:4000")};
  auto back = dht::decode_saved_table(encode(table));
  BOOST_REQUIRE(back);
  BOOST_TEST((*back == table));
  BOOST_TEST((*dht::decode_saved_table(encode(dht::saved_table{})) == dht::saved_table{}));
}

BOOST_AUTO_TEST_CASE(only_so_many_nodes_are_saved) {
  dht::saved_table table;
  for (std::size_t i = 0; i < dht::max_saved_nodes + 10; ++i)
    table.nodes.push_back({id_of({int(i / 256), int(i % 256)}), endpoint_of(i)});
  BOOST_TEST(dht::decode_saved_table(encode(table))->nodes.size() == dht::max_saved_nodes);
}

BOOST_AUTO_TEST_CASE(every_single_damaged_octet_and_every_cut_is_noticed) {
  auto raw = encode(dht::saved_table{id_of({9}), {{id_of({1}), endpoint_of(1)}}, endpoint_of(2)});
  for (std::size_t size = 0; size < raw.size(); ++size)
    BOOST_TEST(!dht::decode_saved_table(warren::byte_view{raw}.first(size)));
  for (std::size_t at = 0; at < raw.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      auto damaged = raw;
      damaged[at] ^= static_cast<std::byte>(1 << bit);
      auto back = dht::decode_saved_table(damaged);
      BOOST_TEST(!back, "octet " << at << " bit " << bit);
      BOOST_TEST((back.error() == dht::errc::bad_saved_table || back.error() == dht::errc::other_table_version));
    }
}

BOOST_AUTO_TEST_CASE(the_table_of_another_version_is_told_from_a_damaged_one) {
  auto raw = encode(dht::saved_table{id_of({9}), {}});
  std::string text{as_text(raw)};
  text.replace(text.find("i2e"), 3, "i3e");
  BOOST_TEST((dht::decode_saved_table(as_byte_view(text)).error() == dht::errc::other_table_version));
  BOOST_TEST((dht::decode_saved_table(as_byte_view("d2:id3:abce")).error() == dht::errc::bad_saved_table));
}

BOOST_AUTO_TEST_SUITE_END()
