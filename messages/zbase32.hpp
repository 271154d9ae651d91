#pragma once

#include "messages/bytes.hpp"

namespace warren {

/// Returns `data` in z-base-32 (Zooko's human-oriented base-32, http://philzimmermann.com/docs/human-oriented-base-32-encoding.txt):
/// five bits per character, most significant first, no padding.
std::string to_zbase32(byte_view data);

/// Returns the `size` octets written in `text`, or nothing when the length is wrong, a character is not of the alphabet
/// or a bit after the last octet is set (so that every value has exactly one spelling).
std::optional<bytes> from_zbase32(std::string_view text, std::size_t size);

} // namespace warren
