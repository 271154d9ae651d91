#pragma once

#include "messages/relay_frame.hpp"

#include <cstdint>

namespace warren::test {

/// One of each relay frame, about peer `about`.
inline std::vector<bytes> every_relay_frame(const peer_id& about) {
  using namespace relay;
  auto where = blind(topic::of("fuzz"));
  auto payload = as_byte_view("payload");
  std::vector<bytes> all;
  for (const frame& value : std::initializer_list<frame>{
           challenge{},
           auth{1, about, {}, "relay:1", {}},
           welcome{{.rate = 0, .queue = 1, .topics = 9, .heartbeat_ms = 15'000}},
           error{refusal::full, "full"},
           join{where},
           leave{where},
           members{where, true, {about, about}},
           presence{where, about, true},
           open{about, 5},
           data{about, 5, payload},
           credit{about, 5, 100},
           reset{about, 5, circuit_reason::closed},
           unreachable{about, 5},
           gone{about},
           signal{about, payload},
           ping{1},
           pong{1},
       })
    all.push_back(encode(value));
  return all;
}

/// Several messages as one input: each with its length in two octets before it.
inline std::vector<std::uint8_t> pack(const std::vector<bytes>& messages) {
  std::vector<std::uint8_t> all;
  for (const auto& message : messages) {
    all.push_back(static_cast<std::uint8_t>(message.size() >> 8));
    all.push_back(static_cast<std::uint8_t>(message.size()));
    for (auto octet : message)
      all.push_back(std::to_integer<std::uint8_t>(octet));
  }
  return all;
}

/// Calls `use` with each message of an input that pack() made, or what is left of it.
template <class Use>
void unpack(const std::uint8_t* input, std::size_t size, Use&& use) {
  std::size_t at = 0;
  while (at + 2 <= size) {
    auto length = static_cast<std::size_t>(input[at] << 8 | input[at + 1]);
    at += 2;
    length = std::min(length, size - at);
    auto begin = reinterpret_cast<const std::byte*>(input + at);
    use(bytes{begin, begin + length});
    at += length;
  }
}

} // namespace warren::test
