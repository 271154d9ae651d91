#pragma once

#include "messages/bytes.hpp"
#include "transports/session/types.hpp"

#include <variant>

namespace warren::session {

/// Not enough octets yet (67 always are: a whole resume request).
struct opening_incomplete {};
/// A new session: make a responder, attach the pipe and give it the same octets.
struct opening_handshake {};
/// For the session of that id: attach the pipe to it as responder and give it the same octets; close the pipe when there
/// is no such session.
struct opening_resume {
  session_id session;
};
/// Not Warren's protocol: close the pipe.
struct opening_garbage {};

using pipe_opening = std::variant<opening_incomplete, opening_handshake, opening_resume, opening_garbage>;

/// Tells what an inbound pipe wants from its first octets.
pipe_opening peek_pipe_opening(byte_view first_octets) noexcept;

/// What to answer on a pipe that wants to resume a session there is not, before closing it.
bytes resume_refusal();

} // namespace warren::session
