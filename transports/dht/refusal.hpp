#pragma once

#include "messages/krpc.hpp"

namespace warren::dht {

/// Returns a KRPC error whose text lives for ever.
inline krpc::error refusal(krpc::error_code code, std::string_view literal) {
  return {static_cast<std::int64_t>(code), as_byte_view(literal)};
}

} // namespace warren::dht
