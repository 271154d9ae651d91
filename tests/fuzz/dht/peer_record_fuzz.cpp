// No octets but those that a peer signed are taken for its record, and reading them never reads beyond them. The input
// is read as it is, and once more as the unsigned part of a record with a signature that is its own.
#include "messages/byte_order.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/dht/peer_record.hpp"

#include <cstdlib>

using namespace warren;

namespace {

crypto::identity fixed_identity() {
  return crypto::identity::from_seed(crypto::secret<32>{std::array<std::byte, 32>{}});
}

const dht::info_hash topic{};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto self = fixed_identity();
  auto input = std::as_bytes(std::span{data, size});
  (void)dht::read_peer_record(topic, input);
  auto text = to_bytes(std::string_view{"warren peer record 1"});
  put(text, topic.octets);
  put(text, input);
  auto raw = to_bytes(input);
  put(raw, self.sign(text).octets);
  auto record = dht::read_peer_record(topic, raw);
  if (!record)
    return 0;
  if (record->peer != self.id() || record->lan.size() > dht::max_candidates)
    std::abort();
  auto again = dht::read_peer_record(topic, dht::sign_peer_record(self, topic, *record));
  if (!again || *again != *record)
    std::abort();
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  auto self = fixed_identity();
  dht::peer_record what{
      self.id(),
      dht::nat_kind::consistent,
      1'700'000'000,
      {*endpoint::parse("192.168.1.7:4000"), *endpoint::parse("[fd00::7]:4000")}};
  std::vector<std::vector<std::uint8_t>> corpus;
  auto raw = dht::sign_peer_record(self, topic, what);
  for (auto cut : {std::size_t{0}, crypto::signature::size})
    corpus.emplace_back(as_u8(byte_view{raw}), as_u8(byte_view{raw}) + raw.size() - cut);
  return corpus;
}
