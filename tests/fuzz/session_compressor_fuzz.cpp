// Octets that are said to be a compressed stretch: they give what was announced of them or nothing, and touch nothing else. And
// what shrinks comes back as it was.
#include "messages/byte_order.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/session/compressor.hpp"

#include <algorithm>
#include <cstdlib>

using namespace warren;
using namespace warren::session;

namespace {

constexpr std::byte canary{0x5a};

void check_decompress(byte_view packed, std::size_t size) {
  bytes out(size + 1, canary);
  [[maybe_unused]] bool taken = decompress(packed, std::span{out}.first(size));
  if (out.back() != canary)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_reader reader{std::as_bytes(std::span{data, size})};
  auto announced = reader.be<std::uint32_t>() % (max_stretch + 1);
  check_decompress(reader.rest(), announced);
  check_decompress(reader.rest(), 32);
  auto plain = reader.rest().first(std::min(reader.rest().size(), max_stretch));
  if (auto packed = compress(plain, plain.size())) {
    bytes out(plain.size());
    if (!decompress(*packed, out) || !std::ranges::equal(out, plain))
      std::abort();
  }
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> corpus;
  auto add = [&](std::uint32_t announced, byte_view packed) {
    bytes octets;
    put_be(octets, announced);
    put(octets, packed);
    corpus.emplace_back(as_u8(byte_view{octets}), as_u8(byte_view{octets}) + octets.size());
  };
  bytes text;
  for (int i = 0; i < 200; ++i)
    put(text, as_byte_view("name " + std::to_string(i * i) + "; "));
  add(static_cast<std::uint32_t>(text.size()), *compress(text, text.size()));
  add(max_stretch, *compress(bytes(max_stretch), max_stretch));
  add(32, *from_hex("28b52ffd202003010061"));
  add(32, *from_hex("28b52ffd00a803010061"));
  add(8, *from_hex("502a4d1800000000"));
  return corpus;
}
