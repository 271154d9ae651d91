#pragma once

#include "messages/node_id.hpp"

#include <bit>
#include <cstring>

namespace warren::dht {

/// Returns the first eight octets of the distance between `a` and `b`, enough to tell nearly all apart.
inline std::uint64_t leading_distance(const node_id& a, const node_id& b) noexcept {
  std::uint64_t x = 0;
  std::uint64_t y = 0;
  std::memcpy(&x, a.octets.data(), sizeof(x));
  std::memcpy(&y, b.octets.data(), sizeof(y));
  auto differing = x ^ y;
  return std::endian::native == std::endian::big ? differing : __builtin_bswap64(differing);
}

/// Returns whether `a` is closer to `target` than `b`.
inline bool closer(const node_id& a, const node_id& b, const node_id& target) noexcept {
  auto from_a = leading_distance(a, target);
  auto from_b = leading_distance(b, target);
  return from_a != from_b ? from_a < from_b : distance_between(a, target) < distance_between(b, target);
}

} // namespace warren::dht
