#pragma once

#include "messages/udx_packet.hpp"

namespace warren::udx {

/// The receive window that the peer has told last (udx.md section 7; the update rule is RFC 9293 section
/// 3.10.7.4).
class peer_window {
public:
  /// Takes the window of a packet unless a newer one is known already. `una` is snd.una before the packet's
  /// ack.
  void update(const packet_header& header, sequence_number una) noexcept;

  std::size_t octets() const noexcept { return window_; }

  /// Returns how many packets may be in flight: the window counts octets, but at least one goes unless it is
  /// 0.
  std::size_t packets(std::size_t max_payload) const noexcept;

private:
  // The reference assumes this much before the first packet arrives.
  std::uint32_t window_ = 4194304;
  sequence_number wl1_;
  sequence_number wl2_;
};

} // namespace warren::udx
