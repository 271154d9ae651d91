#include "messages/blinded_topic.hpp"

#include <blake2.h>

namespace warren {

blinded_topic blind(const topic& value) {
  constexpr std::string_view domain = "warren relay topic 1";
  blinded_topic blinded;
  std::span<std::byte> out{blinded.octets};
  // Fails only on lengths out of range, and these are constant.
  blake2b(as_u8(out), domain.data(), value.octets.data(), out.size(), domain.size(), value.octets.size());
  return blinded;
}

} // namespace warren
