// decode(encode(decode(x))) == decode(x), as far as a message can be sent at all.
#include "messages/krpc.hpp"
#include "tests/fuzz/dht/krpc_corpus.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <cstdlib>

namespace krpc = warren::krpc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto message = krpc::decode(std::as_bytes(std::span{data, size}));
  if (!message || std::holds_alternative<krpc::bad_query>(message->body))
    return 0;
  // An IPv4-mapped address in an IPv6 form becomes an IPv4 address, which has no place there.
  if (auto response = std::get_if<krpc::response>(&message->body))
    std::erase_if(response->nodes6, [](const auto& node) {
      return node.where.address.family() == warren::address_family::ipv4;
    });
  auto raw = krpc::encode(*message);
  auto again = krpc::decode(raw);
  if (raw.size() <= krpc::max_message_size && (!again || krpc::encode(*again) != raw))
    std::abort();
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  return krpc_corpus();
}
