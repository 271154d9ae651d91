#pragma once

#include <cstddef>
#include <cstdint>

namespace warren::session {

/// Decides for one channel which stretches of its messages are worth compressing, from how it went with those before.
///
/// What does not shrink by an eighth does not pay. Data of one channel is mostly of one kind, so after each failure twice as
/// much goes by untried as after the one before, up to skip_most units; sealed or packed data then costs one look at
/// its first octets in 16 MiB, or in 256 messages. After a failure the first octets are tried alone.
class compression_policy {
public:
  /// Shorter ones gain little, and each call costs about as much as compressing so much.
  static constexpr std::size_t least = 512;

  /// What a sample takes of a stretch.
  static constexpr std::size_t sample = 4 * 1024;

  /// What is skipped counts in messages, or parts of so many octets of longer ones.
  static constexpr std::size_t unit = 64 * 1024;
  static constexpr std::uint32_t skip_least = 2;
  static constexpr std::uint32_t skip_most = 256;

  /// The most octets that `plain` may take when compressed.
  static constexpr std::size_t worthwhile(std::size_t plain) noexcept { return plain - plain / 8; }

  /// Returns how many of the next `octets` of a message go by untried, and counts them; 0: try.
  std::size_t skip(std::size_t octets) noexcept;

  /// Whether a sample of a stretch of `octets` is to be tried before the whole.
  bool samples(std::size_t octets) const noexcept { return !trusted_ && octets > 2 * sample; }

  void on_paid() noexcept;
  void on_not_paid() noexcept;

private:
  std::uint32_t skip_left_ = 0;
  std::uint32_t next_skip_ = skip_least;
  bool trusted_ = false; // the last try paid
};

} // namespace warren::session
