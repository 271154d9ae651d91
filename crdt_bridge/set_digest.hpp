#pragma once

#include "messages/item.hpp"

#include <array>
#include <cstdint>

namespace warren::crdt {

/// The digest of a changing set of ids, kept up to date in constant time per change.
///
/// Each id is stretched to 2048 bits (four BLAKE2b-512 hashes of the id and a counter) and the numbers are added modulo
/// 2^2048; the digest is BLAKE2b-256 over the sum and the count. This is AdHash of Bellare and Micciancio ("A New
/// Paradigm for Collision-Free Hashing", 1997). A plain sum of the 256-bit ids, as Negentropy's fingerprint uses, would
/// fall to Wagner's generalised birthday attack in about 2^32 steps by someone who can write many items; at 2048 bits
/// that costs about 2^(2 sqrt(2048)) = 2^90. A hash over the sorted ids would be stronger still but linear in the set.
class set_digest {
public:
  /// `id` must not be in the set.
  void add(const item_id& id);
  /// `id` must be in the set.
  void remove(const item_id& id);

  std::uint64_t count() const noexcept { return count_; }
  item_digest value() const;

private:
  using number = std::array<std::uint64_t, 32>; // least significant first

  static number stretch(const item_id& id);

  number sum_{};
  std::uint64_t count_ = 0;
};

} // namespace warren::crdt
