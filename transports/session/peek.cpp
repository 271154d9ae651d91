#include "transports/session/peek.hpp"

#include "messages/session_record.hpp"

#include <algorithm>

namespace warren::session {

namespace {

constexpr std::size_t id_size = sizeof(session_id::octets);
constexpr std::size_t request_size = id_size + 16 + 32;

bytes header_of(wire::pipe_frame_kind kind, std::size_t body_size) {
  bytes result;
  wire::put_pipe_header(result, kind, body_size);
  return result;
}

} // namespace

pipe_opening peek_pipe_opening(byte_view first_octets) noexcept {
  static const bytes handshake = header_of(wire::pipe_frame_kind::handshake, wire::first_handshake_size);
  static const bytes resume = header_of(wire::pipe_frame_kind::resume_request, request_size);
  auto known = std::min(first_octets.size(), wire::pipe_header_size);
  auto matches = [&](const bytes& header) {
    return std::equal(
        header.begin(), header.begin() + static_cast<std::ptrdiff_t>(known), first_octets.begin());
  };
  if (!matches(handshake) && !matches(resume))
    return opening_garbage{};
  if (known < wire::pipe_header_size)
    return opening_incomplete{};
  if (matches(handshake))
    return opening_handshake{};
  // All of it, so that the session can judge the pipe at once: the id alone proves nothing.
  if (first_octets.size() < wire::pipe_header_size + request_size)
    return opening_incomplete{};
  opening_resume result;
  std::ranges::copy(first_octets.subspan(wire::pipe_header_size, id_size), result.session.octets.begin());
  return result;
}

bytes resume_refusal() {
  return header_of(wire::pipe_frame_kind::refuse, 0);
}

} // namespace warren::session
