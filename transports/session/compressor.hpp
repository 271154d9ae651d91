#pragma once

#include "messages/bytes.hpp"

#include <optional>

namespace warren::session {

/// The longest stretch of a message that is compressed as one: one block of zstd (RFC 8878 3.1.1.2.4, Block_Maximum_Size).
/// It bounds what a session does at a time, and what it needs beside the message.
inline constexpr std::size_t max_stretch = 128 * 1024;

/// Returns `plain`, at most max_stretch octets, as one zstd frame (RFC 8878) if that is not longer than `limit`. The result
/// depends on `plain` alone: no stretch is ever compressed with another one in view.
///
/// Both functions work in memory that is lent to whichever session is at work on the thread, so that an idle connection
/// holds none: some 700 KiB to compress and 100 KiB to decompress, from the first use to the end of
/// the thread.
std::optional<bytes> compress(byte_view plain, std::size_t limit);

/// Fills `out` from one zstd frame. False unless `packed` is exactly one such frame and gives exactly that many octets;
/// `out` then holds anything. Writes nothing beyond `out` and allocates nothing according to what `packed` says.
[[nodiscard]] bool decompress(byte_view packed, std::span<std::byte> out);

} // namespace warren::session
