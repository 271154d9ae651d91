#pragma once

// Database sync, version 1: what two replicas say to each other on a topic's channel. One message per channel message;
// all integers big endian. Specified in messages/WIRE.md, section "Database sync".
//
//   hello  ->   <- hello       both at once: version, engine, and a summary of the set
//   list   ->                  when the summaries differ: keys after this one, please (each side asks for itself)
//          <- page             a run of keys in order
//   want   ->                  the ids of that page that I lack
//          <- items*           the last one says so; what is gone meanwhile is left out
//   items  ->   <- items       request 0: new items, as they come
//   summary ->  <- summary     now and then, and after new items had to be dropped: compare, list if different
//
//   off size
//     0    1  type
//   hello 0x01
//     1    1  version 0x01
//     2    1  engine: what the items are; 1 = graph
//     3    8  number of items
//    11   32  digest
//   summary 0x02
//     1    8  number of items
//     9   32  digest
//   list 0x03
//     1    4  request, not 0
//     5    4  most keys wanted
//     9    1  0 = from the first key, 1 = from the key that follows
//    10   40  key (timestamp 8, id 32); only after 1
//   page 0x04
//     1    4  request
//     5    1  1 = nothing follows the last key, else 0
//     6    4  number of keys
//    10  40n  keys, strictly ascending
//   want 0x05
//     1    4  request, not 0
//     5    4  number of ids, not 0
//     9  32n  ids
//   items 0x06
//     1    4  request, 0 = not asked for
//     5    1  1 = the last message of this request, else 0
//     6    4  number of items
//    10    .  items: key 40, payload length 4, payload

#include "messages/item.hpp"
#include "messages/result.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace warren::crdt::sync {

inline constexpr std::uint8_t version = 1;

/// No message is larger; larger ones are refused unread.
inline constexpr std::size_t max_message = 1024 * 1024;

/// Keys in a page and ids in a want at most.
inline constexpr std::size_t max_page_keys = 16'384;
inline constexpr std::size_t max_want_ids = 4096;

inline constexpr std::size_t key_size = 8 + item_id::size;

/// Octets of an items message before its items, and of an item before its payload.
inline constexpr std::size_t items_header = 10;
inline constexpr std::size_t item_header = key_size + 4;

/// Why a message of a peer is refused; its channel is then closed.
enum class errc {
  /// Shorter than its type says.
  truncated = 1,
  /// Longer than its type says.
  trailing_octets,
  /// Larger than max_message.
  too_large,
  /// A type this version does not have.
  unknown_type,
  /// A field has a value that is not allowed.
  bad_value,
  /// Keys of a page out of order, or not after the key asked for.
  unordered_keys,
  /// The peer speaks another version.
  other_version,
  /// The peer's items are of another engine.
  other_engine,
  /// The first message is not a hello, or a later one is.
  unexpected_hello,
  /// An answer to a request that was never made or is answered already, or with items that were not asked for.
  unasked,
  /// More requests than may wait for an answer.
  too_many_requests,
  /// A request was not answered in time.
  no_answer,
};

const std::error_category& category() noexcept;

inline std::error_code make_error_code(errc why) noexcept {
  return {static_cast<int>(why), category()};
}

/// A set in short: replicas with equal summaries hold the same items.
struct summary {
  std::uint64_t count = 0;
  item_digest digest;
  friend bool operator==(const summary&, const summary&) = default;
};

/// The first message of each side.
struct hello {
  std::uint8_t engine = 0;
  summary set;
  friend bool operator==(const hello&, const hello&) = default;
};

/// Asks for keys greater than `after`.
struct list {
  std::uint32_t request = 0;
  std::uint32_t most = 0;
  std::optional<item_key> after;
  friend bool operator==(const list&, const list&) = default;
};

/// Answers a list.
struct page {
  std::uint32_t request = 0;
  bool last = false;
  std::vector<item_key> keys;
  friend bool operator==(const page&, const page&) = default;
};

/// Asks for items.
struct want {
  std::uint32_t request = 0;
  std::vector<item_id> ids;
  friend bool operator==(const want&, const want&) = default;
};

/// Answers a want in part, or brings what is new (request 0).
struct items {
  std::uint32_t request = 0;
  bool last = false;
  std::vector<item> content;
  friend bool operator==(const items&, const items&) = default;
};

using message = std::variant<hello, summary, list, page, want, items>;

/// Returns the octets of `value`, which must keep the bounds above.
bytes encode(const message& value);

/// Returns the message in `data`.
result<message> decode(byte_view data);

} // namespace warren::crdt::sync

template <>
struct std::is_error_code_enum<warren::crdt::sync::errc> : std::true_type {};
