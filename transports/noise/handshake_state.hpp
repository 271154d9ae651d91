#pragma once

#include "messages/bytes.hpp"
#include "messages/random_source.hpp"
#include "messages/result.hpp"
#include "transports/crypto/x25519.hpp"
#include "transports/noise/errc.hpp"
#include "transports/noise/pattern.hpp"
#include "transports/noise/symmetric_state.hpp"

#include <optional>
#include <vector>

namespace warren::noise {

enum class role : std::uint8_t { initiator, responder };

/// What a handshake starts with. Keys that the pattern does not need may stay empty.
struct handshake_config {
  noise::pattern pattern;
  noise::role role = role::initiator;
  bytes prologue;
  std::optional<crypto::x25519_key_pair> s;    ///< Our static key.
  std::optional<crypto::x25519_key_pair> e;    ///< A fixed ephemeral key: test vectors only. Drawn if empty.
  std::optional<crypto::x25519_public_key> rs; ///< The peer's static key, if known before.
  std::vector<crypto::secret<32>> psks;        ///< One per psk token, in the order of the messages.
};

/// What a finished handshake leaves: the phase in which there are records but no handshake messages.
struct transport_state {
  cipher_state send;
  cipher_state receive;
  crypto::digest32
      handshake_hash{}; ///< Names the session (Noise rev 34, 11.2). Not a secret: it is of what was on the wire.
  crypto::secret<32> exporter; ///< A secret of both sides apart from the two ciphers.
};

/// Noise rev 34, 5.3: runs any pattern of the table for Noise_*_25519_ChaChaPoly_BLAKE2s. A failed read or write leaves the
/// state as it was.
///
/// A message may be written in two steps, begin_message() and finish_message(), so that its payload can depend on the
/// handshake hash at that point (a signature over it, as Warren's session does).
class handshake_state {
public:
  /// Fails with missing_key.
  static result<handshake_state> make(handshake_config config);

  /// WriteMessage: appends the next message to `out`.
  std::error_code write_message(random_source& random, byte_view payload, bytes& out);

  /// The tokens of the next message. payload_hash() is then the hash that the payload will be bound to.
  std::error_code begin_message(random_source& random, bytes& out);

  /// The payload, after begin_message().
  std::error_code finish_message(byte_view payload, bytes& out);

  /// ReadMessage: appends the payload to `payload`. After it payload_hash() is the hash that the payload was bound to.
  std::error_code read_message(byte_view message, bytes& payload);

  /// Returns h as it was after the tokens and before the payload of the last message.
  const crypto::digest32& payload_hash() const noexcept { return payload_hash_; }

  bool is_my_turn() const noexcept {
    return !is_finished() && (next_message_ % 2 == 0) == (role_ == role::initiator);
  }

  bool is_finished() const noexcept { return next_message_ == pattern_.messages.size(); }

  /// The peer's static key, once known.
  const std::optional<crypto::x25519_public_key>& remote_static() const noexcept { return rs_; }

  const crypto::digest32& handshake_hash() const noexcept { return symmetric_.handshake_hash(); }

  /// Ends the phase; only when is_finished().
  transport_state split() &&;

private:
  explicit handshake_state(handshake_config config);

  struct checkpoint {
    symmetric_state symmetric;
    std::optional<crypto::x25519_key_pair> e;
    std::optional<crypto::x25519_public_key> re;
    std::optional<crypto::x25519_public_key> rs;
    std::size_t next_psk;
  };

  checkpoint save() const;
  void restore(checkpoint saved);
  std::error_code write_token(token next, random_source& random, bytes& out);
  std::error_code read_token(token next, byte_view& message);
  std::error_code read_tokens(byte_view message, bytes& payload);
  std::error_code mix_token(token next);
  std::error_code mix_dh(const crypto::x25519_key_pair& ours, const crypto::x25519_public_key& theirs);
  void mix_ephemeral(const crypto::x25519_public_key& key);

  noise::pattern pattern_;
  noise::role role_;
  symmetric_state symmetric_;
  std::optional<crypto::x25519_key_pair> s_;
  std::optional<crypto::x25519_key_pair> fixed_e_;
  std::optional<crypto::x25519_key_pair> e_;
  std::optional<crypto::x25519_public_key> rs_;
  std::optional<crypto::x25519_public_key> re_;
  std::vector<crypto::secret<32>> psks_;
  std::size_t next_psk_ = 0;
  std::size_t next_message_ = 0;
  bool tokens_written_ = false;
  crypto::digest32 payload_hash_{};
};

} // namespace warren::noise
