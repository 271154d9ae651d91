#pragma once

#include "messages/bytes.hpp"
#include "messages/result.hpp"
#include "messages/session_record.hpp"

#include <optional>

namespace warren::session {

/// One frame of a pipe; its views are valid until the next call of the reader or until the input goes.
struct pipe_frame {
  wire::pipe_frame_kind kind{};
  byte_view header; ///< Length and kind.
  byte_view body;
};

/// Cuts the octet stream of a pipe into frames, however it arrives. A frame that lies whole in the input is not copied.
class pipe_reader {
public:
  /// Frames of more than `max_frame` octets (kind and body) are refused.
  explicit pipe_reader(std::size_t max_frame) noexcept : max_frame_{max_frame} {}

  void max_frame(std::size_t octets) noexcept { max_frame_ = octets; }

  /// Takes the next frame off the front of `input`; nothing when `input` was used up before the end of a frame.
  /// Fails with oversized_frame or malformed_frame (length 0): the stream has no next frame then.
  result<std::optional<pipe_frame>> next(byte_view& input);

  /// True when part of a frame is kept.
  bool in_frame() const noexcept { return !partial_.empty() && !partial_delivered_; }

  /// Gives the memory of frames that came in parts back to the heap, unless part of one is kept.
  void release_spare() noexcept;

  /// Returns the octets of that memory.
  std::size_t spare() const noexcept { return partial_.capacity(); }

private:
  std::error_code check_length(byte_view octets) const;

  std::size_t max_frame_;
  bytes partial_;
  bool partial_delivered_ = false;
};

} // namespace warren::session
