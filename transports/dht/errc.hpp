#pragma once

#include <system_error>

namespace warren::dht {

/// What a DHT node can refuse.
enum class errc {
  /// The routing table is empty and nobody is left to ask.
  no_nodes = 1,
  /// As many lookups as config::max_lookups are under way.
  too_many_lookups,
  /// A saved table that is damaged or of another version.
  bad_saved_table,
};

const std::error_category& category() noexcept;

inline std::error_code make_error_code(errc why) noexcept {
  return {static_cast<int>(why), category()};
}

} // namespace warren::dht

template <>
struct std::is_error_code_enum<warren::dht::errc> : std::true_type {};
