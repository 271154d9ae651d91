#pragma once

#include "messages/node_id.hpp"
#include "messages/time.hpp"
#include "tests/support/seeded_random.hpp"

#include <initializer_list>

namespace warren::test {

/// A moment to start from, far enough from the clock's beginning.
inline const time_point start = time_point{} + std::chrono::hours{1};

/// Returns an id that begins with `octets`; the rest is zero.
inline dht::node_id id_of(std::initializer_list<int> octets) {
  dht::node_id result;
  std::size_t i = 0;
  for (auto octet : octets)
    result.octets[i++] = static_cast<std::byte>(octet);
  return result;
}

/// Returns the i-th of many endpoints, each in a network of its own.
inline endpoint endpoint_of(std::size_t i) {
  return {ip_address::v4({std::byte{30}, std::byte(i / 256), std::byte(i % 256), std::byte{7}}), 6881};
}

inline dht::node_id random_id(random_source& random) {
  dht::node_id result;
  random.fill(result.octets);
  return result;
}

} // namespace warren::test
