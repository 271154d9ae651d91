#pragma once

#include <cstddef>
#include <cstdint>

namespace warren {

/// Each message costs so many octets of credit beside its content, so that empty messages are bounded too: in a session's
/// window (WIRE.md, "Records") and towards the consumer of a channel (grant_credit).
inline constexpr std::uint32_t message_cost = 32;

/// Returns what a message of `octets` costs: what a consumer that dealt with it grants again.
constexpr std::uint64_t credit_of(std::size_t octets) noexcept {
  return message_cost + std::uint64_t{octets};
}

} // namespace warren
