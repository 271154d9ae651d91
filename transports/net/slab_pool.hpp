#pragma once

#include "transports/net/packet_batch.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace warren::net {

/// Memory for received datagrams, and the views into it that batches hand out. Filled front to back by one thread;
/// what was handed out is read by others and never written again.
struct slab {
  static constexpr std::size_t octets_size = 1024 * 1024;
  /// Linux udp.c: at most 64 segments are coalesced into one buffer. Enough for a slab full of small datagrams, too.
  static constexpr std::size_t packets_size = 64 * 64;

  std::unique_ptr<std::byte[]> octets{new std::byte[octets_size]};
  std::unique_ptr<packet[]> packets{new packet[packets_size]};
};

/// A bounded set of slabs that return when their last batch is destroyed, also after the receiver is gone.
class slab_pool : public std::enable_shared_from_this<slab_pool> {
public:
  explicit slab_pool(std::size_t limit) : limit_{limit} {}

  /// Returns a free slab; waits for one while all are held, nothing once stop() was called.
  std::shared_ptr<slab> take();

  /// True when take() would wait.
  bool exhausted() const;

  void stop();

private:
  void give_back(slab* used) noexcept;

  mutable std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<slab>> free_;
  std::size_t limit_;
  std::size_t made_ = 0;
  bool stopped_ = false;
};

} // namespace warren::net
