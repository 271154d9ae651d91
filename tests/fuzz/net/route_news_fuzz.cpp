// Gives the reader of rtnetlink anything as a datagram, twice, as its memory of the first one changes how it takes the next.
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/net/route_news.hpp"

#include <linux/rtnetlink.h>

#include <cstring>

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> corpus;
  for (std::uint16_t type : {RTM_NEWADDR, RTM_DELADDR, RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWLINK, RTM_DELLINK}) {
    // Zeros are a header of any of them, and no attributes.
    std::vector<std::uint8_t> message(64);
    auto length = static_cast<std::uint32_t>(message.size());
    std::memcpy(message.data(), &length, sizeof(length));
    std::memcpy(message.data() + sizeof(length), &type, sizeof(type));
    corpus.push_back(message);
  }
  return corpus;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  warren::net::route_news reader;
  warren::byte_view datagram{reinterpret_cast<const std::byte*>(data), size};
  static_cast<void>(reader.handle(datagram));
  static_cast<void>(reader.handle(datagram));
  return 0;
}
