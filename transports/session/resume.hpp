#pragma once

#include "messages/session_record.hpp"
#include "transports/crypto/blake2.hpp"
#include "transports/crypto/secret.hpp"
#include "transports/session/types.hpp"

namespace warren::session {

/// The proofs with which a later pipe attaches to its session. They cover a fresh nonce of each side, so that none is good
/// twice, and the sender's role in the session, so that none is good when sent back.
class resume_keys {
public:
  /// `exporter` is the secret that the handshake left beside its ciphers.
  resume_keys(const crypto::secret<32>& exporter, const crypto::digest32& handshake_hash);

  const session_id& id() const noexcept { return id_; }

  wire::mac request_proof(role sender, const wire::nonce& dialler) const;
  wire::mac challenge_proof(
      role sender, const wire::nonce& dialler, const wire::nonce& acceptor, std::uint64_t next) const;
  wire::mac confirm_proof(
      role sender, const wire::nonce& dialler, const wire::nonce& acceptor, std::uint64_t next) const;

private:
  wire::mac proof(std::string_view step, role sender, byte_view rest) const;

  crypto::secret<32> key_;
  session_id id_;
};

} // namespace warren::session
