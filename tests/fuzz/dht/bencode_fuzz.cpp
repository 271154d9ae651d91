// What decodes can be walked, and written again gives the same octets; nothing else is accepted in any way.
#include "messages/bencode.hpp"
#include "tests/fuzz/dht/text_corpus.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>
#include <cstdlib>

using warren::bencode::view;

namespace {

/// Writes lists, strings and integers anew; dictionaries by their octets, since their keys are only looked up by name.
void rewrite(const view& value, warren::bytes& out) {
  warren::bencode::writer writer{out};
  if (value.is_integer()) {
    writer.integer(*value.integer());
  } else if (value.is_string()) {
    writer.string(*value.string());
  } else if (value.is_dict()) {
    out.insert(out.end(), value.encoded().begin(), value.encoded().end());
    for (auto key : {"", "a", "id", "zz"})
      if (auto found = value.find(key); found && found->encoded().size() >= value.encoded().size())
        std::abort();
  } else {
    writer.begin_list();
    for (auto element : value.list())
      rewrite(element, out);
    writer.end();
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span{data, size});
  for (bool lenient : {false, true}) {
    auto root = warren::bencode::decode(input, {.unsorted_keys = lenient});
    if (!root)
      continue;
    warren::bytes again;
    rewrite(*root, again);
    if (!std::equal(again.begin(), again.end(), input.begin(), input.end()))
      std::abort();
  }
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  return text_corpus(
      {"i-42e", "0:", "4:spam", "l4:spami1elee", "d1:ad2:id3:abc4:listli1ei2eee1:t2:aae",
       "llllllllllllllllee", "d1:bi1e1:ai2ee"});
}
