#pragma once

#include <string_view>

namespace warren::dht {

/// "v" of our messages (BEP 5 leaves it to BEP 20's registry): two letters for the client, two octets for its version.
inline constexpr std::string_view client_version{"WR\0\1", 4};

} // namespace warren::dht
