#pragma once

#include "messages/transmit.hpp"
#include "transports/net/udp_loop.hpp"

#include <array>

namespace warren::net {

/// Drives one five-call machine on a socket of a udp_loop: gives it what arrives, sends what it emits in batches, hands
/// out its events and keeps its one deadline armed. After a command on the machine, call drive(). All on the loop's thread.
template <class Machine>
class machine_port final : public udp_port {
public:
  using machine_event = typename decltype(std::declval<Machine&>().poll_event())::value_type;
  using event_handler = std::function<void(time_point now, machine_event what)>;

  /// `loop` and `machine` must outlive the port.
  machine_port(udp_loop& loop, Machine& machine, event_handler on_event = {})
      : loop_{loop}, machine_{machine}, on_event_{std::move(on_event)} {}

  machine_port(const machine_port&) = delete;
  machine_port& operator=(const machine_port&) = delete;

  ~machine_port() override {
    if (bound_)
      loop_.remove(id_);
  }

  /// To be called once, before anything else.
  std::error_code bind(const endpoint& local) {
    auto id = loop_.bind(local, *this);
    if (!id)
      return id.error();
    id_ = *id;
    bound_ = true;
    drive(std::chrono::steady_clock::now());
    return {};
  }

  Machine& machine() noexcept { return machine_; }

  const endpoint& local() const { return loop_.local(id_); }

  void on_datagram(time_point now, const endpoint& from, byte_view payload) override {
    machine_.handle_packet(now, from, payload);
    drive(now);
  }

  void on_deadline(time_point now) override {
    machine_.handle_timeout(now);
    drive(now);
  }

  void drive(time_point now) {
    while (send_batch() == most_at_once) {
    }
    while (auto what = machine_.poll_event())
      if (on_event_)
        on_event_(now, std::move(*what));
    loop_.arm(id_, machine_.poll_timeout());
  }

private:
  static constexpr std::size_t most_at_once = 16;

  std::size_t send_batch() {
    std::array<transmit, most_at_once> held;
    std::array<datagram, most_at_once> batch;
    std::size_t count = 0;
    while (count < most_at_once) {
      auto next = machine_.poll_transmit();
      if (!next)
        break;
      held[count] = std::move(*next);
      batch[count] = {held[count].to, held[count].payload};
      ++count;
    }
    if (count > 0)
      loop_.send(id_, std::span{batch}.first(count));
    return count;
  }

  udp_loop& loop_;
  Machine& machine_;
  event_handler on_event_;
  udp_loop::port_id id_{};
  bool bound_ = false;
};

} // namespace warren::net
