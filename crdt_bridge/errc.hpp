#pragma once

#include <system_error>

namespace warren::crdt {

/// Why a write, an item or a store was refused.
enum class errc {
  /// The text is not JSON (RFC 8259), or not UTF-8.
  invalid_json = 1,
  /// The text is JSON, but not an object of fields.
  not_an_object,
  /// A write without any field.
  no_fields,
  /// More fields than a node may be written with at once.
  too_many_fields,
  /// The text of a write is larger than the limit.
  text_too_large,
  /// A soul that is empty, too long or not UTF-8.
  invalid_soul,
  /// A field's name that is empty, "_", too long or not UTF-8.
  invalid_field,
  /// A value that is neither null, boolean, finite number, text nor a link {"#": soul}.
  invalid_value,
  /// A value larger than the limit.
  value_too_large,
  /// A state that is not a finite number.
  invalid_state,
  /// An item's payload that does not follow the layout, or spells a value in another than the canonical way.
  malformed_item,
  /// An item whose id or timestamp does not follow from its payload.
  wrong_id,
  /// Another process has the database open.
  locked,
  /// The directory or a file in it cannot be made, read or written.
  io_failed,
  /// The disk is full.
  disk_full,
  /// The file is no database of ours, or is damaged.
  corrupt,
  /// The file was written by a newer version.
  newer_version,
  /// The directory holds another database than the one asked for.
  other_database,
};

const std::error_category& category() noexcept;

inline std::error_code make_error_code(errc why) noexcept {
  return {static_cast<int>(why), category()};
}

} // namespace warren::crdt

template <>
struct std::is_error_code_enum<warren::crdt::errc> : std::true_type {};
