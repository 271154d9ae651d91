#pragma once

#include "messages/bytes.hpp"

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace warren {

enum class address_family : std::uint8_t { ipv4, ipv6 };

/// An IP address: 4 or 16 octets in network order. An IPv4-mapped IPv6 address (RFC 4291 2.5.5.2) is stored as IPv4, so
/// that one host has one value.
class ip_address {
public:
  ip_address() = default; // 0.0.0.0

  static ip_address v4(const std::array<std::byte, 4>& octets);
  static ip_address v6(const std::array<std::byte, 16>& octets);

  /// Returns the address written in `text` ("192.0.2.1", "2001:db8::1"), or nothing. Zone ids are refused.
  static std::optional<ip_address> parse(std::string_view text);

  address_family family() const noexcept { return family_; }

  /// Returns the 4 or 16 octets, valid as long as this object.
  byte_view octets() const noexcept {
    return byte_view{octets_}.first(family_ == address_family::ipv4 ? 4 : 16);
  }

  bool is_loopback() const noexcept;
  bool is_unspecified() const noexcept;

  /// True for private, link-local, carrier-grade NAT and unique local ranges (RFC 1918, 3927, 6598, 4193, 4291).
  bool is_private() const noexcept;

  /// True for multicast and the limited broadcast address: never a peer.
  bool is_multicast() const noexcept;

  friend auto operator<=>(const ip_address&, const ip_address&) = default;

private:
  address_family family_ = address_family::ipv4;
  std::array<std::byte, 16> octets_{};
};

/// Where a UDP or TCP peer is: address and port.
struct endpoint {
  ip_address address;
  std::uint16_t port = 0;

  /// Returns the endpoint written as "192.0.2.1:80" or "[2001:db8::1]:80", or nothing.
  static std::optional<endpoint> parse(std::string_view text);

  friend auto operator<=>(const endpoint&, const endpoint&) = default;
};

std::string to_string(const ip_address& address);
std::string to_string(const endpoint& where);

} // namespace warren

template <>
struct std::hash<warren::ip_address> {
  std::size_t operator()(const warren::ip_address& address) const noexcept;
};

template <>
struct std::hash<warren::endpoint> {
  std::size_t operator()(const warren::endpoint& where) const noexcept;
};
