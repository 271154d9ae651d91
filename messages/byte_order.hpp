#pragma once

#include "messages/bytes.hpp"

#include <array>
#include <concepts>

namespace warren {

/// Appends `value` in network byte order.
template <std::unsigned_integral T>
void put_be(bytes& out, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;)
    out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

/// Appends `value`, least significant octet first.
template <std::unsigned_integral T>
void put_le(bytes& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

/// Appends `data`.
inline void put(bytes& out, byte_view data) {
  out.insert(out.end(), data.begin(), data.end());
}

/// Reads fixed-size values off the front of a borrowed buffer. The first read past the end makes the reader fail for
/// good: it then returns zeros, and `ok()` tells. So a decoder reads everything and checks once.
class byte_reader {
public:
  explicit byte_reader(byte_view data) noexcept : rest_{data} {}

  template <std::unsigned_integral T>
  T be() noexcept {
    T value = 0;
    for (auto octet : take(sizeof(T)))
      value = static_cast<T>(static_cast<T>(value << (sizeof(T) > 1 ? 8 : 0)) | std::to_integer<T>(octet));
    return value;
  }

  template <std::unsigned_integral T>
  T le() noexcept {
    T value = 0;
    std::size_t i = 0;
    for (auto octet : take(sizeof(T)))
      value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(octet)) << (8 * i++));
    return value;
  }

  template <std::size_t N>
  std::array<std::byte, N> array() noexcept {
    std::array<std::byte, N> value{};
    std::size_t i = 0;
    for (auto octet : take(N))
      value[i++] = octet;
    return value;
  }

  /// Returns the next `n` octets, still in the borrowed buffer; empty after a failure.
  byte_view take(std::size_t n) noexcept {
    if (failed_ || n > rest_.size()) {
      failed_ = true;
      return {};
    }
    auto front = rest_.first(n);
    rest_ = rest_.subspan(n);
    return front;
  }

  byte_view rest() const noexcept { return failed_ ? byte_view{} : rest_; }

  bool ok() const noexcept { return !failed_; }

  /// True when everything was read and nothing is left.
  bool done() const noexcept { return !failed_ && rest_.empty(); }

private:
  byte_view rest_;
  bool failed_ = false;
};

} // namespace warren
