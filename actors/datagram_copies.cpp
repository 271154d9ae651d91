#include "actors/datagram_copies.hpp"

#include <algorithm>

namespace warren {

namespace {

/// The copies of one batch.
class waiting_datagrams {
public:
  waiting_datagrams(
      std::vector<net::packet> packets, std::size_t cost, std::shared_ptr<std::atomic<std::size_t>> waiting)
      : packets_{std::move(packets)}, cost_{cost}, waiting_{std::move(waiting)} {
    octets_.reserve(cost);
    for (auto& packet : packets_) {
      auto at = octets_.size();
      octets_.insert(octets_.end(), packet.payload.begin(), packet.payload.end());
      packet.payload = byte_view{octets_}.subspan(at);
    }
    *waiting_ += cost_;
  }

  waiting_datagrams(const waiting_datagrams&) = delete;
  waiting_datagrams& operator=(const waiting_datagrams&) = delete;

  ~waiting_datagrams() { *waiting_ -= cost_; }

  std::span<const net::packet> packets() const noexcept { return packets_; }

private:
  std::vector<net::packet> packets_;
  bytes octets_; // reserved once, as the packets point into it
  std::size_t cost_;
  std::shared_ptr<std::atomic<std::size_t>> waiting_;
};

} // namespace

std::shared_ptr<const net::packet_batch> datagram_copies::take(std::vector<net::packet> packets) {
  std::size_t cost = 0;
  auto room = max_waiting - std::min(max_waiting, waiting_->load());
  dropped_ += std::erase_if(packets, [&](const net::packet& packet) {
    auto more = cost_of(packet.payload.size());
    auto fits = cost + more <= room;
    cost += fits ? more : 0;
    return !fits;
  });
  if (packets.empty())
    return nullptr;
  auto copied = std::make_shared<const waiting_datagrams>(std::move(packets), cost, waiting_);
  auto view = copied->packets();
  return std::make_shared<const net::packet_batch>(std::move(copied), view);
}

} // namespace warren
