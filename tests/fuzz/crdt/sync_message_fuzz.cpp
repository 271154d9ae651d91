// What decodes must encode to the same octets: there is one spelling of each message.
#include "messages/sync_message.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <cstdlib>

using namespace warren;
using namespace warren::crdt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_view input = std::as_bytes(std::span{data, size});
  auto message = sync::decode(input);
  if (message && sync::encode(*message) != to_bytes(input))
    std::abort();
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  sync::summary set{3, {}};
  item_key first{1, {}};
  item_key second{2, {}};
  std::vector<std::vector<std::uint8_t>> corpus;
  for (const sync::message& each :
       {sync::message{sync::hello{1, set}}, sync::message{set},
        sync::message{sync::list{1, 100, std::nullopt}}, sync::message{sync::list{2, 100, first}},
        sync::message{sync::page{1, true, {first, second}}},
        sync::message{sync::want{3, {first.id, second.id}}},
        sync::message{sync::items{3, true, {{first, to_bytes("payload")}, {second, {}}}}}}) {
    auto encoded = sync::encode(each);
    corpus.emplace_back(as_u8(encoded), as_u8(encoded) + encoded.size());
  }
  return corpus;
}
