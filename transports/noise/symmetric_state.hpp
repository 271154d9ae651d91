#pragma once

#include "messages/bytes.hpp"
#include "transports/crypto/blake2.hpp"
#include "transports/noise/cipher_state.hpp"

#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace warren::noise {

/// Noise rev 34, 5.2: chaining key ck, handshake hash h and the cipher of the handshake.
class symmetric_state {
public:
  /// InitializeSymmetric.
  explicit symmetric_state(std::string_view protocol_name);

  void mix_key(byte_view input_key_material);
  void mix_hash(byte_view octets);
  void mix_key_and_hash(byte_view input_key_material);

  /// EncryptAndHash: appends the result to `out`.
  std::error_code encrypt_and_hash(byte_view plaintext, bytes& out);

  /// DecryptAndHash: appends the result to `out`.
  std::error_code decrypt_and_hash(byte_view ciphertext, bytes& out);

  /// Returns what encrypt_and_hash adds to a text now.
  std::size_t overhead() const noexcept { return cipher_ ? cipher_state::tag_size : 0; }

  struct split_outputs {
    cipher_state first; ///< The initiator's sending one.
    cipher_state second;
    crypto::secret<32> exporter;
  };

  /// Split. The exporter is not in the paper: it is the third output of the same HKDF, whose first two outputs do not
  /// depend on how many are taken (Noise rev 34, 4.3).
  split_outputs split() const;

  const crypto::digest32& handshake_hash() const noexcept { return h_; }

  [[nodiscard]] symmetric_state copy() const;

private:
  symmetric_state() = default;

  crypto::secret<32> ck_;
  crypto::digest32 h_{};
  std::optional<cipher_state> cipher_;
};

} // namespace warren::noise
