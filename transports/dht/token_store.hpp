#pragma once

#include "messages/endpoint.hpp"
#include "messages/node_id.hpp"
#include "messages/random_source.hpp"
#include "messages/time.hpp"

#include <array>

namespace warren::dht {

/// The tokens of get_peers (BEP 5): proof that the announcer gets what is sent to its address. A token is a keyed BLAKE2b
/// (RFC 7693) over address and info-hash; nothing is kept per token. The key changes every token_rotation, and tokens of
/// the last key are accepted too: one lives for 5 to 10 minutes.
class token_store {
public:
  using token = std::array<std::byte, 8>;

  /// `random` must outlive this.
  token_store(random_source& random, time_point now);

  /// Returns the token for `who` and `topic`.
  token issue(time_point now, const ip_address& who, const info_hash& topic);

  /// True when issue() gave `presented` to `who` for `topic` and it has not expired.
  bool accepts(time_point now, const ip_address& who, const info_hash& topic, byte_view presented);

private:
  using secret = std::array<std::byte, 32>;

  void rotate(time_point now);
  static token compute(const secret& key, const ip_address& who, const info_hash& topic);

  random_source& random_;
  secret current_;
  secret previous_;
  time_point rotated_;
};

} // namespace warren::dht
