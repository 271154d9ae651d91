#include "messages/peer_id.hpp"

#include "messages/zbase32.hpp"

#include <algorithm>

namespace warren {

std::optional<peer_id> peer_id::parse(std::string_view text) {
  auto octets = text.size() == 2 * size ? from_hex(text) : from_zbase32(text, size);
  if (!octets)
    return std::nullopt;
  peer_id result;
  std::copy(octets->begin(), octets->end(), result.octets.begin());
  return result;
}

std::string to_string(const peer_id& id) {
  return to_zbase32(id.octets);
}

} // namespace warren
