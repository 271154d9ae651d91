#pragma once

#include "messages/time.hpp"

#include <cstddef>
#include <optional>

namespace warren::udx {

/// Searches for the largest IP packet that the path takes (udx.md section 12; RFC 8899 in spirit): a new DATA
/// packet is padded to the next size; when it is acknowledged that size is the MTU. Three losses in a row end the search, and
/// so does a black hole, until the raise timer lets it go on: the losses may have been a burst's, and a path may widen.
class mtu_search {
public:
  mtu_search(std::size_t base, std::size_t ceiling) noexcept;

  std::size_t mtu() const noexcept { return mtu_; }

  /// The first acknowledgement shows that the path works at all; only then is it probed.
  void on_path_proven() noexcept { proven_ = true; }

  /// Returns the size to try now, or nothing while a probe is in flight or nothing is left to try.
  std::optional<std::size_t> probe_size(time_point now) noexcept;

  void on_probe_sent() noexcept { in_flight_ = true; }
  void on_probe_acked() noexcept;

  /// `alone`: nothing else was lost with it, so its size is the likely reason. Otherwise it is simply tried
  /// again.
  void on_probe_lost(bool alone) noexcept;

  /// Packets of mtu() do not arrive any more (RFC 8899 section 4.3): back to the base.
  void on_black_hole() noexcept;

  std::size_t base() const noexcept { return base_; }
  std::size_t ceiling() const noexcept { return ceiling_; }

  /// Starts over on a new path. A probe still in flight belongs to the old one.
  void restart() noexcept;

private:
  std::size_t next_size() const noexcept;
  bool given_up(time_point now) noexcept;

  std::size_t base_;
  std::size_t ceiling_;
  std::size_t mtu_;
  int losses_ = 0;
  std::optional<time_point> raise_at_; // when a search that ended goes on
  bool proven_ = false;
  bool in_flight_ = false;
};

} // namespace warren::udx
