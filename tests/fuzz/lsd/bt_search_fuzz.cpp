// Reads the input as a BT-SEARCH message. What is accepted survives being written and read again, and the machine says of
// it nothing but topics of its own.
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/lsd/local_discovery.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace warren;

const endpoint group = *endpoint::parse(bt_search::ipv4_group);

void require(bool condition) {
  if (!condition)
    std::abort();
}

class zeros final : public random_source {
public:
  void fill(std::span<std::byte> out) override { std::ranges::fill(out, std::byte{0}); }
};

} // namespace

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> corpus;
  for (std::size_t topics : {1, 2, 22}) {
    auto octets = bt_search::encode({6881, std::vector<lsd::info_hash>(topics), "abc"}, group);
    std::vector<std::uint8_t> entry;
    for (auto octet : octets)
      entry.push_back(std::to_integer<std::uint8_t>(octet));
    corpus.push_back(std::move(entry));
  }
  return corpus;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto datagram = std::as_bytes(std::span{data, size});
  auto read = bt_search::decode(datagram);
  if (read) {
    auto again = bt_search::decode(bt_search::encode(*read, group));
    require(again && *again == *read);
  }
  zeros random;
  lsd::local_discovery machine{{group, 6881}, random};
  machine.join(time_point{}, {});
  machine.handle_packet(time_point{}, *endpoint::parse("192.168.1.1:1"), datagram);
  while (auto found = machine.poll_event())
    require(read && found->topic == lsd::info_hash{} && found->peer.port == read->port);
  return 0;
}
