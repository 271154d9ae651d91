#pragma once

#include "transports/relay/client.hpp"
#include "transports/relay/server.hpp"

#include "tests/support/seeded_random.hpp"
#include "tests/unit/relay/names.hpp"

#include <map>
#include <memory>

namespace warren::test {

/// How good a WebSocket's way to the relay is.
struct link_quality {
  duration latency = std::chrono::milliseconds{20};
  double octets_per_second = 10e6;
};

/// One relay and many clients in virtual time, joined by WebSockets with latency and a rate. Everything happens in one
/// thread, in an order that the seed fixes.
class relay_world {
public:
  /// What a client's host sees and does.
  struct node {
    peer_id self;
    std::unique_ptr<relay::client> client;
    link_quality quality;
    std::uint64_t link = 0; ///< current WebSocket, 0: none
    std::map<relay::circuit, bytes> received;
    std::map<relay::circuit, bytes> to_send;
    std::map<relay::circuit, relay::circuit_reason> closed;
    std::vector<relay::circuit> inbound;
    std::set<std::pair<topic, peer_id>> present;
    std::vector<relay::client_event::offline> losses;
    std::size_t signals = 0;
    bool consuming = true;
    std::map<relay::circuit, std::size_t> unconsumed;
  };

  explicit relay_world(std::uint64_t seed, relay::server_config config = {});

  node& add(std::uint8_t number, link_quality quality = {}, relay::client_config config = {});

  /// Cuts the WebSocket of `which`; both ends hear of it.
  void cut(node& which);

  /// While the relay is down every WebSocket is cut and every dial fails.
  void set_relay_up(bool up);

  /// Queues `octets` on a circuit of `from`, sent as fast as it goes.
  void send(node& from, relay::circuit id, byte_view octets);

  /// A slow consumer grants no credit until it consumes again.
  void set_consuming(node& which, bool consuming);

  /// Runs until `done` holds; fails the test when that takes longer than `limit`.
  template <class Condition>
  bool run_until(Condition&& done, duration limit = std::chrono::seconds{60}) {
    auto end = now + limit;
    settle();
    while (!done()) {
      if (!step(end))
        return done();
    }
    return true;
  }

  void run_for(duration time) {
    run_until([] { return false; }, time);
  }

  node& at(std::size_t index) { return *nodes_[index]; }
  std::size_t size() const { return nodes_.size(); }
  relay::server& server() { return *server_; }

  time_point now{std::chrono::hours{1}};
  seeded_random random;

private:
  /// One WebSocket: what is under way each way, and when it arrives.
  struct link {
    node* owner = nullptr;
    bool alive = true;
    struct direction {
      std::deque<std::pair<time_point, bytes>> flying;
      time_point free_at{}; ///< the sender's kernel has sent everything by then
      std::size_t queued = 0;
      std::deque<std::pair<time_point, std::size_t>> leaving;
    } up, down;
    std::size_t reads = 0; ///< the relay granted
  };

  bool step(time_point end);
  void settle();
  void drive(node& which);
  void drive_server();
  void transmit(link::direction& way, const link_quality& quality, bytes message);
  void drop_link(std::uint64_t id);
  std::optional<time_point> next_time() const;
  void deliver();
  void on(node& which, relay::client_events& event);
  void write_pending(node& which);

  relay::server_config config_;
  std::unique_ptr<relay::server> server_;
  bool relay_up_ = true;
  std::vector<std::unique_ptr<node>> nodes_;
  std::map<std::uint64_t, link> links_;
  std::uint64_t next_link_ = 1;
};

} // namespace warren::test
