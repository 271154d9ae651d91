#pragma once

#include "messages/endpoint.hpp"

#include <memory>
#include <span>

namespace warren::net {

/// One received datagram; `payload` points into the batch's slab.
struct packet {
  endpoint from;
  byte_view payload;
};

/// Datagrams received together. Copies share one slab, and the slab returns to its pool when the last batch over it is
/// destroyed: hold a batch as long as its octets are needed and no longer.
class packet_batch {
public:
  packet_batch() = default;

  /// `owner` keeps what `packets` points to alive.
  packet_batch(std::shared_ptr<const void> owner, std::span<const packet> packets) noexcept
      : owner_{std::move(owner)}, packets_{packets} {}

  std::span<const packet> packets() const noexcept { return packets_; }

  auto begin() const noexcept { return packets_.begin(); }
  auto end() const noexcept { return packets_.end(); }
  std::size_t size() const noexcept { return packets_.size(); }
  bool empty() const noexcept { return packets_.empty(); }

  /// Returns the `count` packets from the one at `first` on, over the same slab.
  packet_batch part(std::size_t first, std::size_t count) const {
    return {owner_, packets_.subspan(first, count)};
  }

private:
  std::shared_ptr<const void> owner_;
  std::span<const packet> packets_;
};

} // namespace warren::net
