// A file is a table or it is not: what decodes can be written and read again, nothing else is taken. The input is read
// as it is, and once more as the content of a file with the right checksum.
#include "messages/bencode.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/crypto/blake2.hpp"
#include "transports/dht/saved_table.hpp"

#include <cstdlib>

using namespace warren;

namespace {

void read_and_rewrite(byte_view raw) {
  auto table = dht::decode_saved_table(raw);
  if (!table)
    return;
  // An IPv4-mapped address of an IPv6 list is written as IPv4.
  auto again = dht::decode_saved_table(dht::encode(*table));
  if (!again || again->id != table->id || again->nodes.size() != table->nodes.size())
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span{data, size});
  read_and_rewrite(input);
  std::array<std::byte, 32> check;
  crypto::blake2b_keyed(check, {}, {input});
  bytes file;
  bencode::writer out{file};
  out.begin_dict().key("check").string(check);
  out.key("table").string(input);
  out.key("version").integer(2).end();
  read_and_rewrite(file);
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  dht::saved_table table;
  table.nodes = {{{}, *endpoint::parse("192.0.2.1:6881")}, {{}, *endpoint::parse("[2001:db8::1]:6881")}};
  table.external = *endpoint::parse("192.0.2.9:4000");
  auto raw = dht::encode(table);
  std::string_view text{as_text(raw)};
  auto inner = text.substr(text.find("d8:external"));
  inner.remove_suffix(inner.size() - inner.rfind("7:version"));
  std::vector<std::vector<std::uint8_t>> corpus;
  for (auto part : {text, inner})
    corpus.emplace_back(part.begin(), part.end());
  return corpus;
}
