#include "transports/udx/peer_window.hpp"

#include <algorithm>

namespace warren::udx {

void peer_window::update(const packet_header& header, sequence_number una) noexcept {
  if (header.ack < una)
    return;
  if (wl1_ < header.seq || (wl1_ == header.seq && wl2_ <= header.ack)) {
    window_ = header.rwnd;
    wl1_ = header.seq;
    wl2_ = header.ack;
  }
}

std::size_t peer_window::packets(std::size_t max_payload) const noexcept {
  if (window_ == 0)
    return 0;
  return std::max<std::size_t>(1, window_ / max_payload);
}

} // namespace warren::udx
