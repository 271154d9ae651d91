#pragma once

#include "messages/bytes.hpp"
#include "messages/result.hpp"
#include "messages/session_record.hpp"
#include "messages/time.hpp"
#include "transports/crypto/chacha20_poly1305.hpp"
#include "transports/noise/cipher_state.hpp"
#include "transports/session/record_buffer.hpp"
#include "transports/session/record_text.hpp"

#include <optional>

namespace warren::session {

/// DESIGN section 2: a new key every 2^20 records or hour. The receiver ends the session when a peer takes longer.
inline constexpr std::uint64_t max_records_per_key = 1u << 20;

/// Kept free in each record for the frames that come last: close and rekey.
inline constexpr std::size_t tail_room = 4 + 1;

/// The text of a record before those is planned to be no longer than this, and not to end in the middle of a stride of the cipher
/// unless nothing more is there, or what is left of it is too short for the next frame.
inline constexpr std::size_t longest_text = (wire::max_record_text - tail_room)
                                            / crypto::chacha20_poly1305::stride
                                            * crypto::chacha20_poly1305::stride;

/// Seals the records of one direction, numbered from 0; the number is Noise's nonce.
class record_sealer {
public:
  record_sealer(
      noise::cipher_state cipher, std::uint64_t rekey_after_records, duration rekey_after, time_point now);

  /// Makes `record` the next record, with `text` sealed in it, and counts. One that holds a rekey frame must be followed by
  /// rekey().
  void seal(record_text& text, record_buffer& record);

  /// True when the record being built must end with a rekey frame.
  bool rekey_due(time_point now) const noexcept;
  void rekey(time_point now);

  /// Returns the number of the next record.
  std::uint64_t next() const noexcept { return cipher_.nonce(); }

private:
  noise::cipher_state cipher_;
  std::uint64_t rekey_after_records_;
  duration rekey_after_;
  std::uint64_t key_since_ = 0;
  time_point key_since_time_;
};

/// Opens the records of the other direction, in order.
class record_opener {
public:
  explicit record_opener(noise::cipher_state cipher) noexcept : cipher_{std::move(cipher)} {}

  /// Opens the record next() into a buffer of the opener: the text is valid until the next call. `header` is the associated
  /// data. Fails with truncated_record, tampered_record or rekey_overdue; the state is then as before.
  result<byte_view> open(byte_view header, byte_view sealed);

  void rekey();

  /// Gives the memory of the last text back to the heap.
  void release_spare() noexcept { text_ = {}; }

  /// Returns the octets of that memory.
  std::size_t spare() const noexcept { return text_.capacity(); }

  /// Returns the number of the next record.
  std::uint64_t next() const noexcept { return cipher_.nonce(); }

private:
  noise::cipher_state cipher_;
  std::uint64_t key_since_ = 0;
  record_buffer text_;
};

} // namespace warren::session
