#pragma once

#include "messages/endpoint.hpp"
#include "messages/node_id.hpp"
#include "messages/random_source.hpp"

namespace warren::dht {

/// Returns an id that suits `address` (BEP 42): the first 21 bits follow from the address and `rand`, the last octet is
/// `rand`, the rest is random.
node_id make_secure_id(const ip_address& address, std::uint8_t rand, random_source& random);

/// As above with a random `rand`.
node_id make_secure_id(const ip_address& address, random_source& random);

/// Returns a random id, for a node that does not know its address yet.
node_id make_random_id(random_source& random);

/// True when `id` suits `address`, or the address is one that BEP 42 exempts (loopback, private).
bool is_secure_id(const node_id& id, const ip_address& address) noexcept;

/// CRC-32C (Castagnoli), as in RFC 3720 B.4.
std::uint32_t crc32c(byte_view data) noexcept;

} // namespace warren::dht
