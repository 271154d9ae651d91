#pragma once

#include "actors/udp_port.hpp"

#include <deque>
#include <map>
#include <set>

namespace warren::test {

/// Joins the UDP ports of actors in one process: what one sends waits here until the test calls deliver(). No latency, no
/// loss unless the test asks for it; stands in for net::udp_socket and the io_driver.
class actor_network {
public:
  /// Returns a new port at `where`.
  std::shared_ptr<udp_port> make_port(const endpoint& where) {
    auto port = std::make_shared<udp_port>(std::make_shared<sender>(*this, where));
    ports_[where] = port;
    return port;
  }

  /// Hands out everything that was sent so far. Returns true when there was something.
  bool deliver() {
    auto sent = std::exchange(queue_, {});
    for (auto& d : sent) {
      for (const auto& [inside, outside] : translated_) {
        d.from = d.from == inside ? outside : d.from;
        d.to = d.to == outside ? inside : d.to;
      }
      auto to = ports_.find(d.to);
      if (to == ports_.end() || unreachable_.contains(d.to) || unreachable_.contains(d.from))
        continue;
      auto slab = std::make_shared<arrived>();
      slab->octets = std::move(d.payload);
      slab->packet = {d.from, slab->octets};
      std::span<const net::packet> view{&slab->packet, 1};
      if (tamper)
        tamper(slab->octets);
      to->second->deliver(net::packet_batch{std::move(slab), view});
    }
    return !sent.empty();
  }

  /// Returns how many datagrams were sent and not handed out yet.
  std::size_t waiting() const noexcept { return queue_.size(); }

  /// From now on nothing goes to or from `where`, or does again.
  void cut(const endpoint& where) { unreachable_.insert(where); }
  void mend(const endpoint& where) { unreachable_.erase(where); }

  /// From now on others see `inside` at `outside`, as behind a NAT.
  void translate(const endpoint& inside, const endpoint& outside) { translated_[inside] = outside; }

  /// Puts a datagram on the wire as if `from` had sent it.
  void inject(const endpoint& from, const endpoint& to, bytes payload) {
    queue_.push_back({from, to, std::move(payload)});
  }

  /// Called with every datagram before it is handed out; may change it.
  std::function<void(bytes&)> tamper;

private:
  struct datagram {
    endpoint from;
    endpoint to;
    bytes payload;
  };

  struct arrived {
    bytes octets;
    net::packet packet;
  };

  class sender final : public datagram_sender {
  public:
    sender(actor_network& network, const endpoint& where) : network_{network}, where_{where} {
      // nop
    }

    void send_batch(const endpoint& to, byte_view buffer, std::size_t segment_size) override {
      for (; !buffer.empty(); buffer = buffer.subspan(std::min(segment_size, buffer.size())))
        send(to, buffer.first(std::min(segment_size, buffer.size())));
    }

    void send(const endpoint& to, byte_view payload) override {
      network_.queue_.push_back({where_, to, to_bytes(payload)});
    }

    endpoint local() const override { return where_; }

  private:
    actor_network& network_;
    endpoint where_;
  };

  std::deque<datagram> queue_;
  std::map<endpoint, std::shared_ptr<udp_port>> ports_;
  std::set<endpoint> unreachable_;
  std::map<endpoint, endpoint> translated_; // inside -> outside
};

} // namespace warren::test
