#pragma once

#include "messages/session_record.hpp"

#include <memory>
#include <vector>

namespace warren::session {

/// The text of a record before it is sealed: frames, and the contents of large messages where they lie, so that sealing is
/// what moves them. Used again for each record.
class record_text {
public:
  std::size_t size() const noexcept { return frames_.size() + borrowed_; }
  bool empty() const noexcept { return size() == 0; }

  /// Where to append frames to.
  bytes& frames() noexcept { return frames_; }

  /// Appends a frame whose content `owner` keeps alive; a large one is not copied.
  void put_data(const wire::channel_data& frame, const std::shared_ptr<const void>& owner);

  /// Returns the text in pieces, in order; valid until the next change.
  std::span<const byte_view> pieces();

  void clear() noexcept;

private:
  struct content {
    std::size_t after = 0; // so many octets of frames_
    byte_view octets;
    std::shared_ptr<const void> owner;
  };

  bytes frames_;
  std::vector<content> contents_;
  std::size_t borrowed_ = 0;
  std::vector<byte_view> pieces_;
};

} // namespace warren::session
