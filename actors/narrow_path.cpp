#include "actors/narrow_path.hpp"

#include "transports/udx/config.hpp"

#include <fmt/format.h>

namespace warren {

std::optional<std::string> narrow_path(std::size_t mtu, const endpoint& to) {
  auto least = udx::config{}.base_mtu;
  if (mtu >= least)
    return std::nullopt;
  return fmt::format(
      "the path to {} takes IP packets of {} octets and {} are needed: raise the MTU there, or use a relay",
      to_string(to), mtu, least);
}

} // namespace warren
