#pragma once

#include "messages/errc.hpp"
#include "transports/session/types.hpp"

#include <string>

namespace warren {

/// Why a session ended, in the words of the actor layer.
struct session_reason {
  errc code = errc::none;
  std::string detail;
};

session_reason reason_of(const session::closed& event);

/// Returns what the close frame says when the actor layer ends a session for `code`.
session::errc wire_reason_of(errc code);

} // namespace warren
