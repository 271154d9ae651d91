#pragma once

// BT-SEARCH, the message of Local Service Discovery (BEP 14): "these torrents are here, on this port", by UDP multicast.
// HTTP-like text; names of fields in any case, unknown ones ignored.
//
//   BT-SEARCH * HTTP/1.1\r\n
//   Host: 239.192.152.143:6771\r\n
//   Port: 6881\r\n
//   Infohash: <40 hexadecimal digits>\r\n      (once or more)
//   cookie: <opaque>\r\n                       (optional: lets a sender know its own message)
//   \r\n
//   \r\n

#include "messages/endpoint.hpp"
#include "messages/result.hpp"

#include <array>
#include <string>
#include <vector>

namespace warren::bt_search {

/// Where BEP 14 sends: organisation-local scope.
inline constexpr std::string_view ipv4_group = "239.192.152.143:6771";
inline constexpr std::string_view ipv6_group = "[ff15::efc0:988f]:6771";

/// BEP 14: "should not exceed 1400 bytes"; larger ones are refused.
inline constexpr std::size_t max_size = 1400;
/// So many fit in max_size besides the other fields.
inline constexpr std::size_t max_info_hashes = 22;
inline constexpr std::size_t max_cookie_size = 64;

struct message {
  std::uint16_t port = 0;
  std::vector<std::array<std::byte, 20>> info_hashes;
  std::string cookie; // printable ASCII
  friend bool operator==(const message&, const message&) = default;
};

enum class errc {
  /// Larger than max_size, or not ending in an empty line.
  bad_frame = 1,
  /// The first line is not that of BT-SEARCH.
  bad_request_line,
  /// A line without a colon, or with octets that are no text.
  bad_field,
  /// "Port" is missing, repeated, or not 1 to 65535.
  bad_port,
  /// No "Infohash", too many, or one that is not 40 hexadecimal digits.
  bad_info_hash,
  /// "cookie" is too long or repeated.
  bad_cookie,
};

const std::error_category& category() noexcept;

inline std::error_code make_error_code(errc why) noexcept {
  return {static_cast<int>(why), category()};
}

result<message> decode(byte_view datagram);

/// Returns `what`, at most max_info_hashes of them, as a datagram for `group`.
bytes encode(const message& what, const endpoint& group);

} // namespace warren::bt_search

template <>
struct std::is_error_code_enum<warren::bt_search::errc> : std::true_type {};
