#pragma once

#include "messages/bytes.hpp"

#include <array>
#include <initializer_list>

namespace warren::crypto {

/// Returns SHA-1 (FIPS 180-4) of the parts, one after the other. Only where a published protocol asks for it as a name for
/// content (BEP 44); it resists no deliberate collision.
std::array<std::byte, 20> sha1(std::initializer_list<byte_view> parts);

} // namespace warren::crypto
