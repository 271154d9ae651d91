#pragma once

#include "messages/bytes.hpp"

#include <functional>

namespace warren::udx {

/// Takes octets in order; they are valid during the call.
using octet_sink = std::function<void(byte_view)>;

} // namespace warren::udx
