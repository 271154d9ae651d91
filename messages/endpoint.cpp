#include "messages/endpoint.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace warren {

namespace {

constexpr std::size_t mapped_prefix_size = 12;

bool is_mapped(const std::array<std::byte, 16>& octets) {
  return std::all_of(octets.begin(), octets.begin() + 10, [](std::byte b) { return b == std::byte{0}; })
         && octets[10] == std::byte{0xff} && octets[11] == std::byte{0xff};
}

unsigned at(byte_view octets, std::size_t i) {
  return std::to_integer<unsigned>(octets[i]);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return port;
}

} // namespace

ip_address ip_address::v4(const std::array<std::byte, 4>& octets) {
  ip_address result;
  std::copy(octets.begin(), octets.end(), result.octets_.begin());
  return result;
}

ip_address ip_address::v6(const std::array<std::byte, 16>& octets) {
  if (is_mapped(octets)) {
    std::array<std::byte, 4> tail{};
    std::copy(octets.begin() + mapped_prefix_size, octets.end(), tail.begin());
    return v4(tail);
  }
  ip_address result;
  result.family_ = address_family::ipv6;
  result.octets_ = octets;
  return result;
}

std::optional<ip_address> ip_address::parse(std::string_view text) {
  auto terminated = std::string{text};
  std::array<std::byte, 4> four{};
  if (inet_pton(AF_INET, terminated.c_str(), four.data()) == 1)
    return v4(four);
  std::array<std::byte, 16> sixteen{};
  if (inet_pton(AF_INET6, terminated.c_str(), sixteen.data()) == 1)
    return v6(sixteen);
  return std::nullopt;
}

bool ip_address::is_loopback() const noexcept {
  auto o = octets();
  if (family_ == address_family::ipv4)
    return at(o, 0) == 127;
  return std::all_of(o.begin(), o.end() - 1, [](std::byte b) { return b == std::byte{0}; }) && at(o, 15) == 1;
}

bool ip_address::is_unspecified() const noexcept {
  auto o = octets();
  return std::all_of(o.begin(), o.end(), [](std::byte b) { return b == std::byte{0}; });
}

bool ip_address::is_private() const noexcept {
  auto o = octets();
  if (family_ == address_family::ipv6)
    return (at(o, 0) & 0xfe) == 0xfc || (at(o, 0) == 0xfe && (at(o, 1) & 0xc0) == 0x80);
  return at(o, 0) == 10 || (at(o, 0) == 172 && (at(o, 1) & 0xf0) == 16)
         || (at(o, 0) == 192 && at(o, 1) == 168) || (at(o, 0) == 169 && at(o, 1) == 254)
         || (at(o, 0) == 100 && (at(o, 1) & 0xc0) == 64);
}

bool ip_address::is_multicast() const noexcept {
  auto o = octets();
  if (family_ == address_family::ipv6)
    return at(o, 0) == 0xff;
  return at(o, 0) >= 224;
}

std::optional<endpoint> endpoint::parse(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  auto bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return std::nullopt;
  auto address = ip_address::parse(host);
  auto port = parse_port(text.substr(colon + 1));
  if (!address || !port)
    return std::nullopt;
  return endpoint{*address, *port};
}

std::string to_string(const ip_address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  auto family = address.family() == address_family::ipv4 ? AF_INET : AF_INET6;
  inet_ntop(family, address.octets().data(), text.data(), text.size());
  return text.data();
}

std::string to_string(const endpoint& where) {
  auto host = to_string(where.address);
  if (where.address.family() == address_family::ipv6)
    host = "[" + host + "]";
  return host + ":" + std::to_string(where.port);
}

} // namespace warren

std::size_t std::hash<warren::ip_address>::operator()(const warren::ip_address& address) const noexcept {
  return std::hash<std::string_view>{}(warren::as_text(address.octets()));
}

std::size_t std::hash<warren::endpoint>::operator()(const warren::endpoint& where) const noexcept {
  return std::hash<warren::ip_address>{}(where.address) * 31 + where.port;
}
