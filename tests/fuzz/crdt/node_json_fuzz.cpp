// Canonical text is its own canonical text, and what is accepted as a write makes items that are accepted.
#include "crdt_bridge/graph_engine.hpp"
#include "crdt_bridge/node_json.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <cstdlib>
#include <string>

using namespace warren;
using namespace warren::crdt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = as_text(std::as_bytes(std::span{data, size}));
  if (auto value = canonical_value(text)) {
    auto again = canonical_value(*value);
    if (!again || *again != *value)
      std::abort();
  }
  graph_engine engine;
  if (auto items = engine.write("soul", text, {1'800'000'000'000})) {
    for (const auto& each : *items)
      if (engine.check(each))
        std::abort();
    engine.apply(*items, {1'800'000'000'000});
    if (auto node = engine.node("soul"); node && !parse_fields(node->fields_json))
      std::abort();
  }
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> corpus;
  for (std::string text :
       {R"({"name":"Alice","age":30,"boss":{"#":"bob"},"gone":null,"ok":true})",
        R"({"n":-1.5e-7,"m":1e21,"s":"\ud83d\ude00\n\u0001\"","t":"\ud83d"})", R"("\u00e9\\")", "1E+2",
        R"({"#":"x"})", R"( [ { "a" : [] } ] )"})
    corpus.emplace_back(text.begin(), text.end());
  return corpus;
}
