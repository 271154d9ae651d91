#pragma once

#include "messages/relay_frame.hpp"

#include <algorithm>

namespace warren::test {

/// A peer id that a person can tell apart.
inline peer_id peer_named(char name) {
  peer_id made;
  made.octets.fill(static_cast<std::byte>(name));
  return made;
}

/// Stands for an Ed25519 signature where the machine under test only passes it on: the key, and a sum of the message.
inline relay::signature sign_as(const peer_id& signer, byte_view message) {
  relay::signature made{};
  std::copy(signer.octets.begin(), signer.octets.end(), made.begin());
  std::size_t at = peer_id::size;
  for (auto octet : message) {
    made[at] ^= octet;
    at = at + 1 < made.size() ? at + 1 : peer_id::size;
  }
  return made;
}

inline bool verify_as(const peer_id& signer, byte_view message, const relay::signature& proof) {
  return sign_as(signer, message) == proof;
}

} // namespace warren::test
