#include "transports/dht/block_list.hpp"

#include <algorithm>
#include <charconv>

namespace warren::dht {

std::optional<network> network::parse(std::string_view text) {
  auto slash = text.find('/');
  auto base = ip_address::parse(text.substr(0, slash));
  if (!base)
    return std::nullopt;
  auto most = static_cast<unsigned>(8 * base->octets().size());
  if (slash == std::string_view::npos)
    return network{*base, most};
  auto digits = text.substr(slash + 1);
  unsigned bits = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || bits > most)
    return std::nullopt;
  return network{*base, bits};
}

bool network::contains(const ip_address& address) const noexcept {
  if (address.family() != base.family())
    return false;
  auto ours = base.octets();
  auto theirs = address.octets();
  if (!std::equal(ours.begin(), ours.begin() + bits / 8, theirs.begin()))
    return false;
  if (bits % 8 == 0)
    return true;
  auto mask = static_cast<std::byte>(0xff << (8 - bits % 8));
  return (ours[bits / 8] & mask) == (theirs[bits / 8] & mask);
}

std::string to_string(const network& what) {
  auto one_host = what.bits == 8 * what.base.octets().size();
  return to_string(what.base) + (one_host ? std::string{} : "/" + std::to_string(what.bits));
}

bool contains(const std::vector<network>& networks, const ip_address& address) noexcept {
  return std::any_of(
      networks.begin(), networks.end(), [&](const network& blocked) { return blocked.contains(address); });
}

} // namespace warren::dht
