#pragma once

#include "messages/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warren::noise {

/// What a handshake message does, one after the other (Noise rev 34, 7.1 and 9.1).
enum class token : std::uint8_t { e, s, ee, es, se, ss, psk };

using message_pattern = std::vector<token>;

/// A handshake pattern: which static keys are known before, and the messages, the initiator's first (Noise rev 34, 7.1).
struct pattern {
  std::string name;                    ///< With its modifiers: "XXpsk3".
  bool initiator_static_known = false; ///< Pre-message "-> s".
  bool responder_static_known = false; ///< Pre-message "<- s".
  std::vector<message_pattern> messages;

  /// True when a message holds a psk token: then MixKey(e.public_key) follows every e (Noise rev 34, 9.2).
  bool has_psk() const noexcept;

  /// Returns how many psk tokens there are.
  std::size_t psk_count() const noexcept;

  /// Returns the pattern called `name`: a row of the table, with any "psk0+psk2" after it applied (Noise rev 34, 9.4).
  /// Fails with noise_errc::unknown_pattern.
  static result<pattern> named(std::string_view name);
};

} // namespace warren::noise
