#pragma once

#include "messages/endpoint.hpp"
#include "messages/random_source.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace warren::dht {

/// 32 bits for an endpoint under a random key of its own: nobody outside can make two endpoints share a value other than
/// by luck, once in four thousand million. Two folded multiplications, as in wyhash.
class keyed_hash {
public:
  explicit keyed_hash(random_source& random)
      : first_{random.draw<std::uint64_t>()}, second_{random.draw<std::uint64_t>()} {}

  /// Never 0.
  std::uint32_t operator()(const endpoint& where) const noexcept {
    std::array<std::uint64_t, 2> address{};
    auto octets = where.address.octets();
    std::memcpy(address.data(), octets.data(), octets.size());
    auto host = fold(address[0] ^ first_, address[1] ^ second_);
    auto mixed = fold(host ^ where.port ^ second_, std::rotl(first_, 32) | 1);
    return std::max(1u, static_cast<std::uint32_t>(mixed ^ mixed >> 32));
  }

private:
  __extension__ using wide = unsigned __int128;

  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
    auto product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  std::uint64_t first_;
  std::uint64_t second_;
};

} // namespace warren::dht
