#pragma once

#include "messages/bytes.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace warren {

/// Overwrites `data` with zeros in a way that the compiler keeps.
void wipe(std::span<std::byte> data) noexcept;

/// A database secret or an access token on its way through the process: immutable, shared by its copies, wiped when the last
/// of them goes, compared in constant time, never printed. What it was read from is not wiped: that is the reader's.
class secret_bytes {
public:
  /// Empty: there is no secret.
  secret_bytes() = default;

  explicit secret_bytes(byte_view octets);
  explicit secret_bytes(std::string_view text) : secret_bytes{as_byte_view(text)} {}

  /// Valid as long as a copy of this secret lives.
  byte_view view() const noexcept;

  /// A size is no secret.
  std::size_t size() const noexcept { return view().size(); }
  bool empty() const noexcept { return size() == 0; }

  /// Without a branch on the content; false at once when the sizes differ.
  friend bool operator==(const secret_bytes& a, const secret_bytes& b) noexcept;

private:
  struct buffer;

  std::shared_ptr<const buffer> octets_; // none when empty
};

/// Returns "(secret)" or "(none)", never the content.
std::string to_string(const secret_bytes& x);

} // namespace warren
