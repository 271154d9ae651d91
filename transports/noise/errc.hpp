#pragma once

#include <system_error>

namespace warren::noise {

/// Why a Noise operation was refused. The state is then as it was before the call.
enum class noise_errc {
  /// No pattern of that name, or a psk modifier that does not fit it.
  unknown_pattern = 1,
  /// The pattern needs a key that was not given.
  missing_key,
  /// It is the other side's turn, or the handshake is over.
  out_of_turn,
  /// The message is shorter than its keys and tags.
  message_too_short,
  /// A Noise message is at most 65535 octets (Noise rev 34, 3).
  message_too_long,
  /// A part of the message does not authenticate.
  decrypt_failed,
  /// A public key of low order (Noise rev 34, 12.1 leaves it open; we refuse).
  bad_public_key,
  /// 2^64 - 1 messages were sent under one key (Noise rev 34, 5.1).
  nonces_exhausted,
};

std::error_code make_error_code(noise_errc value);

} // namespace warren::noise

template <>
struct std::is_error_code_enum<warren::noise::noise_errc> : std::true_type {};
