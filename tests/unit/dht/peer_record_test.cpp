#include "transports/dht/peer_record.hpp"

#include "messages/krpc.hpp"
#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/errc.hpp"
#include "transports/dht/record_store.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::seeded_random;
using warren::test::start;
using namespace warren::dht;

namespace {

const info_hash topic{id_of({0x80}).octets};
const info_hash another{id_of({0x81}).octets};

warren::crypto::identity identity_of(std::uint64_t seed) {
  seeded_random random{seed};
  return warren::crypto::identity::generate(random);
}

peer_record sample(const warren::crypto::identity& self) {
  return {
      self.id(),
      nat_kind::consistent,
      1'700'000'000,
      {*endpoint::parse("192.168.1.7:4000"), *endpoint::parse("[fd00::7]:4000")}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(peer_record_test)

BOOST_AUTO_TEST_CASE(a_record_reads_back_under_its_info_hash_only) {
  auto self = identity_of(1);
  auto raw = sign_peer_record(self, topic, sample(self));
  auto back = read_peer_record(topic, raw);
  BOOST_REQUIRE(back);
  BOOST_TEST((*back == sample(self)));
  BOOST_TEST((read_peer_record(another, raw).error() == errc::bad_record));
  BOOST_TEST(raw.size() <= warren::krpc::max_record_size);
}

// WIRE.md, Peer records.
BOOST_AUTO_TEST_CASE(the_vector_of_the_document_holds) {
  warren::crypto::secret<32> seed{std::array<std::byte, 32>{}};
  auto self = warren::crypto::identity::from_seed(seed);
  peer_record what{self.id(), nat_kind::random, 1'700'000'000, {*endpoint::parse("192.168.1.7:4000")}};
  auto raw = sign_peer_record(self, topic, what);
  BOOST_TEST(
      warren::to_hex(raw)
      == "013b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da2903000000006553f1000106c0a80107"
         "0fa0954b63e0185b3772b9ed29aae5a24e649457519e2022427d4e1e5b6a32323d90105f8c69ea31ffd81f6aab69aae4"
         "d19abfd2035a2a19947eba61f14d3bce690c");
  BOOST_TEST((*read_peer_record(topic, raw) == what));
}

BOOST_AUTO_TEST_CASE(every_changed_octet_and_every_cut_is_noticed) {
  auto self = identity_of(1);
  auto raw = sign_peer_record(self, topic, sample(self));
  for (std::size_t size = 0; size < raw.size(); ++size)
    BOOST_TEST(!read_peer_record(topic, warren::byte_view{raw}.first(size)));
  for (auto& octet : raw) {
    octet ^= std::byte{0x20};
    BOOST_TEST(!read_peer_record(topic, raw));
    octet ^= std::byte{0x20};
  }
  raw.push_back(std::byte{0});
  BOOST_TEST(!read_peer_record(topic, raw));
}

BOOST_AUTO_TEST_CASE(only_so_many_candidates_fit) {
  auto self = identity_of(1);
  auto what = sample(self);
  what.lan.assign(9, *endpoint::parse("[fd00::7]:4000"));
  auto raw = sign_peer_record(self, topic, what);
  BOOST_TEST(raw.size() <= warren::krpc::max_record_size);
  BOOST_TEST(read_peer_record(topic, raw)->lan.size() == max_candidates);
}

BOOST_AUTO_TEST_CASE(only_the_peer_itself_replaces_its_record) {
  record_store store{{}};
  auto self = identity_of(1);
  auto put = [&](std::uint64_t time, const endpoint& via) {
    auto what = sample(self);
    what.time = time;
    return store.put(start, topic, what, sign_peer_record(self, topic, what), via, via);
  };
  BOOST_TEST(put(10, endpoint_of(1)));
  BOOST_TEST(!put(10, endpoint_of(2)), "a copy of it from elsewhere");
  BOOST_TEST(!put(9, endpoint_of(1)));
  BOOST_TEST(put(10, endpoint_of(1)), "repeated");
  BOOST_TEST((store.find(start, topic, self.id())->via == endpoint_of(1)));
  BOOST_TEST(put(11, endpoint_of(2)), "it has moved");
  BOOST_TEST((store.find(start, topic, self.id())->via == endpoint_of(2)));
  BOOST_TEST(!store.find(start, another, self.id()));
  BOOST_TEST(store.size() == 1u);
}

BOOST_AUTO_TEST_CASE(records_are_bounded_and_expire) {
  seeded_random random{3};
  record_store store{{.records = 6, .records_per_topic = 4, .records_per_address = 2}};
  int stored = 0;
  for (std::uint64_t i = 0; i < 10; ++i) {
    auto self = identity_of(i);
    auto raw = sign_peer_record(self, topic, sample(self));
    stored += store.put(start, topic, sample(self), raw, endpoint_of(i / 3), endpoint_of(i / 3)) ? 1 : 0;
  }
  BOOST_TEST(stored == 4);
  BOOST_TEST(store.get(start, topic, 3, random).size() == 3u);
  BOOST_TEST(store.get(start + 30min, topic, 3, random).empty());
  store.expire(start + 30min);
  BOOST_TEST(store.size() == 0u);
  stored = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    auto self = identity_of(i);
    auto via = *endpoint::parse("[2001:db8:1:1::" + std::to_string(i) + "]:6881");
    auto raw = sign_peer_record(self, topic, sample(self));
    stored += store.put(start, topic, sample(self), raw, via, via) ? 1 : 0;
  }
  BOOST_TEST(stored == 2, "an IPv6 /64 holds what one address may hold");
}

BOOST_AUTO_TEST_SUITE_END()
