#pragma once

#include "actors/udp_port.hpp"
#include "messages/udx_packet.hpp"

#include <deque>
#include <limits>
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
      if (auto elsewhere = moved_.find(d.from); elsewhere != moved_.end())
        d.from = elsewhere->second;
      auto to = find(d.to);
      if (to == ports_.end() || unreachable_.contains(d.to) || unreachable_.contains(d.from))
        continue;
      if (loses && loses(d.from, d.payload))
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

  /// From now on what the port at `before` sends comes from `after`, and only what is sent there reaches it.
  void move(const endpoint& before, const endpoint& after) { moved_[before] = after; }

  /// Puts a datagram on the wire as if `from` had sent it.
  void inject(const endpoint& from, const endpoint& to, bytes payload) {
    queue_.push_back({from, to, std::move(payload)});
  }

  /// Called with every datagram and its sender; returns true for those that are lost.
  std::function<bool(const endpoint&, byte_view)> loses;

  /// Called with every datagram before it is handed out; may change it.
  std::function<void(bytes&)> tamper;

  /// Datagrams that may wait for deliver(); the kernel's buffer, as it were. More are reported as blocked.
  std::size_t room = std::numeric_limits<std::size_t>::max();

  /// How often anybody sent something, one datagram or many.
  std::size_t send_calls = 0;

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

    net::send_report send_batch(const endpoint& to, byte_view buffer, std::size_t segment_size) override {
      ++network_.send_calls;
      net::send_report report;
      for (; !buffer.empty(); buffer = buffer.subspan(std::min(segment_size, buffer.size())))
        put({to, buffer.first(std::min(segment_size, buffer.size()))}, report);
      return report;
    }

    net::send_report send(std::span<const net::datagram> batch) override {
      ++network_.send_calls;
      net::send_report report;
      for (const auto& one : batch)
        put(one, report);
      return report;
    }

    endpoint local() const override { return where_; }

    std::size_t mtu_towards(const endpoint&) const override { return udx::reference_mtu; }

  private:
    void put(const net::datagram& one, net::send_report& report) {
      if (network_.queue_.size() >= network_.room) {
        ++report.blocked;
        return;
      }
      network_.queue_.push_back({where_, one.to, to_bytes(one.payload)});
      ++report.sent;
    }

    actor_network& network_;
    endpoint where_;
  };

  using ports = std::map<endpoint, std::shared_ptr<udp_port>>;

  ports::iterator find(const endpoint& where) {
    for (const auto& [before, after] : moved_) {
      if (where == after)
        return ports_.find(before);
      if (where == before)
        return ports_.end();
    }
    return ports_.find(where);
  }

  std::deque<datagram> queue_;
  std::map<endpoint, endpoint> moved_;
  ports ports_;
  std::set<endpoint> unreachable_;
};

} // namespace warren::test
