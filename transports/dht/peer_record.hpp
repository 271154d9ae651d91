#pragma once

#include "messages/node_id.hpp"
#include "messages/peer_id.hpp"
#include "messages/result.hpp"
#include "transports/crypto/identity.hpp"
#include "transports/dht/nat_mapping.hpp"

#include <vector>

namespace warren::dht {

/// LAN addresses of one record at most.
inline constexpr std::size_t max_candidates = 4;

/// What a Warren peer says about itself where it announces a topic (WIRE.md, Peer records): who it is, and how it may
/// be reached. Signed for one info-hash, so that it cannot be moved to another.
struct peer_record {
  peer_id peer;
  nat_kind nat = nat_kind::unknown;
  /// Seconds since 1970 when it was made; of two records of a peer the later one counts.
  std::uint64_t time = 0;
  /// Where it listens in its own network.
  std::vector<endpoint> lan;

  friend bool operator==(const peer_record&, const peer_record&) = default;
};

/// Returns the record as it is announced under `topic`. Its peer is `self`; candidates beyond max_candidates are left
/// out.
bytes sign_peer_record(const crypto::identity& self, const info_hash& topic, const peer_record& what);

/// Returns the record in `raw`; errc::bad_record when it is malformed or not signed for `topic`.
result<peer_record> read_peer_record(const info_hash& topic, byte_view raw);

} // namespace warren::dht
