#pragma once

#include "messages/endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <system_error>
#include <variant>

namespace warren::dial {

/// Names one dial() of one endpoint; never used twice.
using attempt_id = std::uint64_t;

/// A peer has opened a stream to us. Create the udx::stream now: its packets may follow at once.
struct inbound {
  warren::endpoint remote;
  std::uint32_t local_id = 0;
  std::uint32_t remote_id = 0;
  std::size_t peer_takes = 0; ///< Octets of the largest IP packet.
};

/// An attempt has led to a stream.
struct outbound {
  attempt_id attempt = 0;
  warren::endpoint remote;
  std::uint32_t local_id = 0;
  std::uint32_t remote_id = 0;
  std::size_t peer_takes = 0; ///< Octets of the largest IP packet.
};

/// An attempt has ended without a stream.
struct failed {
  attempt_id attempt = 0;
  warren::endpoint remote;
  std::error_code reason;
};

/// An inbound stream whose peer has proved nothing must go: there are too many of them. release() it as ever. Whoever has the
/// stream may find that the peer has proved itself meanwhile, and keep it: prove() is still taken.
struct given_way {
  std::uint32_t local_id = 0;
};

using event = std::variant<inbound, outbound, failed, given_way>;

} // namespace warren::dial
