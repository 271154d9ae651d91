#pragma once

#include "messages/bytes.hpp"
#include "messages/endpoint.hpp"

namespace warren {

/// A datagram that a machine wants sent. Machines with a hot path fill caller-owned batches instead (see udx::stream).
struct transmit {
  endpoint to;
  bytes payload;
};

} // namespace warren
