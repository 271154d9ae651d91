// Parses any text as a URL. One that is taken reads back from its own text as the same value, and nothing that could break
// out of a request line or a Host field is in it.
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/net/url.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> corpus;
  for (std::string_view text :
       {"wss://Relay.Example.ORG/gun?x=1", "ws://[::1]:4444", "http://10.0.0.1:8080/x?y=z",
        "https://a_b:65535?q", "ws://user@a#f"})
    corpus.emplace_back(text.begin(), text.end());
  return corpus;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warren::net;
  auto parsed = url::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    require(bool(parsed.error()));
    return 0;
  }
  require(!parsed->host.empty() && parsed->port != 0 && parsed->path.starts_with('/'));
  require(is_printable(parsed->authority()) && is_printable(parsed->path));
  auto again = url::parse(to_string(*parsed));
  // Writing out port and path may take it above the longest that is taken.
  require(again ? *again == *parsed : size > 2'000);
  return 0;
}
