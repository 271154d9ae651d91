#pragma once

// The payload of a graph engine's item: one field of one node, as written once. All integers big endian.
//
//   off size
//     0    1  layout 0x01
//     1    8  state: IEEE 754 binary64, finite, never minus zero
//     9    2  length of the soul, 1 to 1024
//    11    .  soul, UTF-8
//     .    2  length of the field's name, 1 to 1024
//     .    .  field's name, UTF-8, not "_"
//     .    .  to the end: the value as canonical JavaScript JSON text
//
// The id is BLAKE2b-256 of the payload. The timestamp is the state rounded down to whole milliseconds, 0 for negative
// states and 2^63 - 1 for states from 2^63 up.

#include "crdt_bridge/limits.hpp"
#include "messages/item.hpp"
#include "messages/result.hpp"

#include <string>
#include <string_view>

namespace warren::crdt {

/// One field of one node; the views point into whatever it was read from.
struct field_write {
  std::string_view soul;
  std::string_view field;
  double state = 0;
  std::string_view value;

  friend bool operator==(const field_write&, const field_write&) = default;
};

/// Returns the payload of `write`, whose parts must be within limits and canonical.
bytes encode_field(const field_write& write);

/// Returns the item of `write`.
item make_item(const field_write& write);

/// Returns the field in `payload` if its lengths fit and its state is a state. Does not look into names and value.
result<field_write> decode_field(byte_view payload);

/// Returns why `candidate` is no item of a graph: malformed_item, invalid_soul, ..., or wrong_id.
std::error_code check_item(const item& candidate, const graph_limits& limits);

/// Returns the id that belongs to `payload`, and the timestamp that belongs to `state`.
item_id id_of(byte_view payload);
std::uint64_t timestamp_of(double state) noexcept;

} // namespace warren::crdt
