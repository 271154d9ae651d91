#pragma once

#include <system_error>

namespace warren::dht {

/// What a DHT node can refuse.
enum class errc {
  /// The routing table is empty and nobody is left to ask.
  no_nodes = 1,
  /// As many lookups as config::max_lookups are under way.
  too_many_lookups,
  /// A saved table that is damaged: cut short, altered, or no table at all.
  bad_saved_table,
  /// A saved table of another version of the program.
  other_table_version,
  /// An item's value that is not bencoded with sorted keys, or larger than BEP 44 allows.
  bad_value,
  /// An item's salt longer than BEP 44 allows.
  bad_salt,
  /// A signature that is not its owner's, or a negative sequence number.
  bad_signature,
  /// A put with cas where another sequence number is stored (BEP 44, 301).
  cas_mismatch,
  /// A put of an item that is older than the stored one (BEP 44, 302).
  superseded,
  /// A peer record that is malformed, or not signed for this info-hash by the peer it names.
  bad_record,
  /// No node is known that could forward to this peer: look the info-hash up first.
  no_rendezvous,
  /// Nobody has forwarded it: refused, rate-limited, or silent.
  not_forwarded,
};

const std::error_category& category() noexcept;

inline std::error_code make_error_code(errc why) noexcept {
  return {static_cast<int>(why), category()};
}

} // namespace warren::dht

template <>
struct std::is_error_code_enum<warren::dht::errc> : std::true_type {};
