#pragma once

#include "messages/bytes.hpp"
#include "messages/session_record.hpp"
#include "messages/time.hpp"
#include "transports/session/pipe_reader.hpp"
#include "transports/session/types.hpp"

#include <optional>

namespace warren::session {

/// What a pipe is doing for its session.
enum class pipe_phase : std::uint8_t {
  handshake,         // the first pipe, until the handshake is done
  resume_dialled,    // we asked to resume and wait for the challenge
  resume_accepted,   // dialled by the peer; its request is to come
  resume_challenged, // we wait for its confirmation
  live,              // carries records
};

/// One pipe of a session and how far each direction has come on it.
struct pipe {
  pipe(pipe_id name, role dialler_or_not, pipe_phase start)
      : id{name}, side{dialler_or_not}, phase{start}, reader{wire::max_handshake_frame} {}

  pipe_id id;
  role side; ///< Who dialled this pipe.
  pipe_phase phase;
  pipe_reader reader;
  std::optional<time_point> deadline; ///< For the resume to be done.
  time_point since{};                 ///< When that began.

  std::size_t writable = 0;
  bytes outbox; ///< Goes before any record.
  std::size_t outbox_sent = 0;

  std::uint64_t send_next = 0;    ///< The record to send next on this pipe,
  std::size_t send_offset = 0;    ///< and how much of it was sent.
  std::uint64_t receive_next = 0; ///< The lowest number that may come next on this pipe.

  bool proven = false;  ///< A record came on it: the other side has switched to it too.
  bool suspect = false; ///< It was silent when it carried the session.
  wire::nonce own_nonce{};
  wire::nonce peer_nonce{};

  bool resuming() const noexcept { return phase != pipe_phase::handshake && phase != pipe_phase::live; }
};

} // namespace warren::session
