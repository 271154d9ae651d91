#include "transports/dht/secure_id.hpp"

#include "transports/dht/address_policy.hpp"

#include <algorithm>

namespace warren::dht {

namespace {

// BEP 42: "IP: 0x030f3fff", "0x0103070f1f3f7fff".
constexpr std::array<std::byte, 4> mask_v4{
    std::byte{0x03}, std::byte{0x0f}, std::byte{0x3f}, std::byte{0xff}};
constexpr std::array<std::byte, 8> mask_v6{std::byte{0x01}, std::byte{0x03}, std::byte{0x07},
                                           std::byte{0x0f}, std::byte{0x1f}, std::byte{0x3f},
                                           std::byte{0x7f}, std::byte{0xff}};

/// BEP 42: crc32c((ip & mask) | (r << 29)), with r the low three bits of `rand`; for IPv6 over the upper half.
std::uint32_t prefix_of(const ip_address& address, std::uint8_t rand) noexcept {
  auto v4 = address.family() == address_family::ipv4;
  auto mask = v4 ? byte_view{mask_v4} : byte_view{mask_v6};
  std::array<std::byte, 8> masked{};
  for (std::size_t i = 0; i < mask.size(); ++i)
    masked[i] = address.octets()[i] & mask[i];
  masked[0] |= static_cast<std::byte>((rand & 7) << 5);
  return crc32c(byte_view{masked}.first(mask.size()));
}

} // namespace

std::uint32_t crc32c(byte_view data) noexcept {
  constexpr std::uint32_t reflected_polynomial = 0x82f63b78;
  std::uint32_t crc = 0xffffffff;
  for (auto octet : data) {
    crc ^= std::to_integer<std::uint32_t>(octet);
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ ((crc & 1) ? reflected_polynomial : 0);
  }
  return ~crc;
}

node_id make_secure_id(const ip_address& address, std::uint8_t rand, random_source& random) {
  auto id = make_random_id(random);
  auto prefix = prefix_of(address, rand);
  id.octets[0] = static_cast<std::byte>(prefix >> 24);
  id.octets[1] = static_cast<std::byte>(prefix >> 16);
  id.octets[2] = (static_cast<std::byte>(prefix >> 8) & std::byte{0xf8}) | (id.octets[2] & std::byte{0x07});
  id.octets[19] = static_cast<std::byte>(rand);
  return id;
}

node_id make_secure_id(const ip_address& address, random_source& random) {
  return make_secure_id(address, random.draw<std::uint8_t>(), random);
}

node_id make_random_id(random_source& random) {
  node_id id;
  random.fill(id.octets);
  return id;
}

bool is_secure_id(const node_id& id, const ip_address& address) noexcept {
  if (is_local(address))
    return true;
  auto prefix = prefix_of(address, std::to_integer<std::uint8_t>(id.octets[19]));
  return id.octets[0] == static_cast<std::byte>(prefix >> 24)
         && id.octets[1] == static_cast<std::byte>(prefix >> 16)
         && (id.octets[2] & std::byte{0xf8}) == (static_cast<std::byte>(prefix >> 8) & std::byte{0xf8});
}

} // namespace warren::dht
