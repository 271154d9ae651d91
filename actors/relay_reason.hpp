#pragma once

#include "messages/relay_frame.hpp"

#include <string>

namespace warren {

/// Returns, for people, why a circuit ended.
std::string describe_end(relay::circuit_reason reason);

/// Returns, for people, why a relay refused us, and what can be done.
std::string describe_refusal(relay::refusal reason);

} // namespace warren
