#include "tests/fuzz/fuzz_target.hpp"
#include "tests/fuzz/relay/corpus.hpp"

#include <cstdlib>

using namespace warren;

// Whatever decodes encodes to the same octets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  byte_view message{reinterpret_cast<const std::byte*>(input), size};
  auto decoded = relay::decode(message);
  if (decoded && relay::encode(*decoded) != to_bytes(message))
    std::abort();
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> all;
  for (const auto& message : test::every_relay_frame({}))
    all.emplace_back(as_u8(byte_view{message}), as_u8(byte_view{message}) + message.size());
  return all;
}
