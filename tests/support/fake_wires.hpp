#pragma once

#include "transports/net/errc.hpp"
#include "transports/net/websocket_link.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace warren::test {

/// WebSockets in memory, for actors under a deterministic scheduler: nothing moves but in step(). Keeps what the real ones
/// promise: nothing is read that was not granted, on_drained at the low-water mark, on_closed exactly once and last.
class fake_wires {
public:
  class end;

  /// Takes the server's end of a new connection; returns its handlers, or nothing to refuse it.
  using acceptor =
      std::function<std::optional<net::websocket_handlers>(const std::shared_ptr<net::websocket_link>&)>;

  /// Who answers dials from now on; nobody: they are refused.
  void listen(acceptor accept) { accept_ = std::move(accept); }

  std::shared_ptr<net::websocket_link> dial(net::websocket_handlers handlers);

  /// Lets one thing happen. Returns false when there was nothing to do.
  bool step();

  /// Ends every connection as a lost network does.
  void cut();

  /// Nothing moves until resume(), as on a congested path.
  void stall() { stalled_ = true; }
  void resume() { stalled_ = false; }

  std::size_t dials() const { return dials_; }

private:
  bool open(const std::shared_ptr<end>& dialler);
  bool move(end& from);

  acceptor accept_;
  std::vector<std::shared_ptr<end>> ends_;
  std::size_t dials_ = 0;
  bool stalled_ = false;
};

class fake_wires::end final : public net::websocket_link {
public:
  std::error_code send(bytes message, net::message_kind kind) override {
    if (closed)
      return net::net_errc::closed;
    if (queued + message.size() > limits.send_queue)
      return net::net_errc::queue_full;
    queued += message.size();
    above_low_water = above_low_water || queued > limits.low_water;
    outgoing.emplace_back(std::move(message), kind);
    return {};
  }

  std::size_t queued_bytes() const noexcept override { return queued; }

  void grant_reads(std::size_t n) override { reads += n; }

  void close(net::close_code, std::string why) override {
    closing = true;
    reason = std::move(why);
  }

  void abort() override { broken = true; }

  endpoint remote() const override { return *endpoint::parse("192.0.2.7:1"); }

  net::websocket_limits limits;
  net::websocket_handlers handlers;
  std::weak_ptr<end> peer;
  std::deque<std::pair<bytes, net::message_kind>> outgoing;
  std::size_t queued = 0;
  std::size_t reads = 0;
  std::string reason;
  bool dialling = false;
  bool above_low_water = false;
  bool closing = false; // after what is queued
  bool broken = false;  // at once
  bool closed = false;
};

inline std::shared_ptr<net::websocket_link> fake_wires::dial(net::websocket_handlers handlers) {
  ++dials_;
  auto dialler = std::make_shared<end>();
  dialler->handlers = std::move(handlers);
  dialler->dialling = true;
  ends_.push_back(dialler);
  return dialler;
}

inline bool fake_wires::open(const std::shared_ptr<end>& dialler) {
  dialler->dialling = false;
  auto server = std::make_shared<end>();
  auto accepted = accept_ ? accept_(server) : std::nullopt;
  if (!accepted) {
    dialler->broken = true;
    return true;
  }
  server->handlers = std::move(*accepted);
  server->peer = dialler;
  dialler->peer = server;
  ends_.push_back(server);
  dialler->handlers.on_open();
  return true;
}

inline bool fake_wires::move(end& from) {
  auto to = from.peer.lock();
  if (from.outgoing.empty() || !to || to->closed || to->reads == 0)
    return false;
  --to->reads;
  auto [message, kind] = std::move(from.outgoing.front());
  from.outgoing.pop_front();
  from.queued -= message.size();
  to->handlers.on_message(std::move(message), kind);
  if (from.above_low_water && from.queued <= from.limits.low_water) {
    from.above_low_water = false;
    from.handlers.on_drained();
  }
  return true;
}

inline bool fake_wires::step() {
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    auto current = ends_[i];
    auto peer = current->peer.lock();
    auto lost = current->broken || (current->closing && current->outgoing.empty());
    if (lost) {
      auto why = current->broken ? make_error_code(net::net_errc::closed) : std::error_code{};
      current->closed = true;
      ends_.erase(ends_.begin() + static_cast<std::ptrdiff_t>(i));
      if (peer)
        peer->broken = true;
      std::exchange(current->handlers, {}).on_closed(why, current->reason);
      return true;
    }
    if (!stalled_ && ((current->dialling && open(current)) || move(*current)))
      return true;
  }
  return false;
}

inline void fake_wires::cut() {
  for (auto& each : ends_)
    each->broken = true;
}

} // namespace warren::test
