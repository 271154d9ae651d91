#pragma once

#include "messages/bytes.hpp"
#include "messages/peer_id.hpp"
#include "messages/random_source.hpp"
#include "messages/session_record.hpp"
#include "transports/crypto/identity.hpp"
#include "transports/noise/handshake_state.hpp"
#include "transports/session/types.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace warren::session {

/// What the peer is checked against, in this order: not ourselves, the one expected, allowed.
struct peer_checks {
  std::optional<peer_id> expected;
  std::function<bool(const peer_id&)> allow;
  /// Whether a session with that peer works already: the initiator says so in message 3.
  std::function<bool(const peer_id&)> holds_session;
};

/// The first phase of a session: Noise_XX_25519_ChaChaPoly_BLAKE2s with prologue "warren/1" and the proof of both
/// identities in the payloads. The responder shows who it is in message 2, the initiator in message 3, after it has checked
/// the responder; message 1 has no payload.
class handshake {
public:
  /// `features`: what this side can do, bits of wire::handshake_payload.
  handshake(
      std::shared_ptr<const crypto::identity> self, role side, std::uint64_t instance, peer_checks checks,
      std::uint32_t features = 0);

  /// The initiator's first message.
  bytes start(random_source& random);

  /// Takes the next handshake message; returns the message to answer with, empty when there is none. Any error ends it.
  result<bytes> on_message(random_source& random, byte_view noise_message);

  /// After the initiator found a responder with its own identity: its last message, which it sends all the same. There is
  /// nothing to hide from that peer, and it learns too what is wrong. Otherwise empty.
  const bytes& last_word() const noexcept { return last_word_; }

  bool is_done() const noexcept { return noise_.is_finished() && peer_.has_value(); }

  /// True once the peer's identity is proved, though a check after that may have failed.
  const std::optional<wire::handshake_payload>& peer() const noexcept { return peer_; }

  /// Ends the phase; only when is_done().
  noise::transport_state split() && { return std::move(noise_).split(); }

private:
  bytes own_payload() const;
  std::error_code check_payload(byte_view payload);
  std::error_code check_peer(const peer_id& peer) const;

  std::shared_ptr<const crypto::identity> self_;
  role side_;
  std::uint64_t instance_;
  peer_checks checks_;
  std::uint32_t features_;
  noise::handshake_state noise_;
  std::optional<wire::handshake_payload> peer_;
  bytes last_word_;
};

} // namespace warren::session
