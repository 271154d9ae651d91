// Runs a libFuzzer entry point without libFuzzer: seeds from argv files if given, otherwise from the target's own
// corpus(), mutated by bit flips, splices, truncations, insertions and interesting integers.
//   fuzz_NAME [RUNS] [SEED] [FILE...]
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

namespace {

using input = std::vector<std::uint8_t>;

constexpr std::size_t largest_input = 70'000;

input mutate(const std::vector<input>& corpus, std::mt19937_64& random) {
  auto pick = [&](std::size_t bound) {
    return static_cast<std::size_t>(random() % std::max<std::size_t>(bound, 1));
  };
  input result = corpus[pick(corpus.size())];
  auto steps = 1 + pick(8);
  for (std::size_t i = 0; i < steps; ++i) {
    switch (pick(7)) {
      case 0: // flip a bit
        if (!result.empty())
          result[pick(result.size())] ^= static_cast<std::uint8_t>(1u << pick(8));
        break;
      case 1: // overwrite an octet
        if (!result.empty())
          result[pick(result.size())] = static_cast<std::uint8_t>(random());
        break;
      case 2: // truncate
        result.resize(pick(result.size() + 1));
        break;
      case 3: { // insert a run
        auto at = result.begin() + static_cast<std::ptrdiff_t>(pick(result.size() + 1));
        result.insert(at, 1 + pick(16), static_cast<std::uint8_t>(random()));
        break;
      }
      case 4: { // splice with another input
        const auto& other = corpus[pick(corpus.size())];
        result.resize(pick(result.size() + 1));
        auto from = pick(other.size() + 1);
        result.insert(result.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
        break;
      }
      case 5: { // an interesting length, either byte order
        static constexpr std::uint32_t values[] = {0,      1,      0x7f,    0x80,       0xff,
                                                   0x7fff, 0xffff, 0x10000, 0x7fffffff, 0xffffffff};
        auto value = values[pick(std::size(values))];
        auto at = pick(result.size() + 1);
        for (std::size_t k = 0; k < 4 && at + k < result.size(); ++k)
          result[at + k] = static_cast<std::uint8_t>(value >> 8 * (random() % 2 ? k : 3 - k));
        break;
      }
      default: // repeat a part
        if (!result.empty() && result.size() < largest_input / 2) {
          input copy{result.begin() + static_cast<std::ptrdiff_t>(pick(result.size())), result.end()};
          result.insert(result.end(), copy.begin(), copy.end());
        }
    }
  }
  result.resize(std::min(result.size(), largest_input));
  return result;
}

} // namespace

int main(int argc, char** argv) {
  auto runs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
  auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  auto corpus = fuzz_corpus();
  for (int i = 3; i < argc; ++i) {
    std::ifstream file{argv[i], std::ios::binary};
    corpus.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  corpus.emplace_back();
  std::printf("seed %llu, %llu runs, %zu corpus inputs\n", seed, runs, corpus.size());
  std::fflush(stdout);
  for (const auto& start : corpus)
    LLVMFuzzerTestOneInput(start.data(), start.size());
  std::mt19937_64 random{seed};
  for (unsigned long long i = 0; i < runs; ++i) {
    auto next = mutate(corpus, random);
    LLVMFuzzerTestOneInput(next.data(), next.size());
  }
  return 0;
}
