#pragma once

#include "tests/sim/network/network.hpp"

namespace warren::sim {

/// Drives one five-call machine in a network: gives it what arrives, sends what it emits, hands out its events and keeps
/// its one deadline armed. After a command on the machine, call drive().
template <class Machine>
class machine_host final : public host {
public:
  using machine_event = typename decltype(std::declval<Machine&>().poll_event())::value_type;

  /// `machine` must outlive the host.
  machine_host(
      network& net, const endpoint& where, Machine& machine,
      std::function<void(time_point, machine_event)> on_event = {}, realm_id realm = public_realm)
      : network_{net}, where_{where}, realm_{realm}, machine_{machine}, on_event_{std::move(on_event)} {
    attach();
  }

  machine_host(const machine_host&) = delete;
  machine_host& operator=(const machine_host&) = delete;

  ~machine_host() override { network_.detach(id_); }

  Machine& machine() noexcept { return machine_; }

  const endpoint& where() const noexcept { return where_; }

  /// Puts the host back to its place after it was detached, or somebody else took the place.
  void attach() {
    id_ = network_.attach(where_, *this, realm_);
    drive();
  }

  /// Takes the host off the network: it hears nothing, not even its deadline, until attach().
  void detach() { network_.detach(id_); }

  void on_datagram(time_point now, const endpoint& from, byte_view payload) override {
    machine_.handle_packet(now, from, payload);
    drive();
  }

  void on_deadline(time_point now) override {
    machine_.handle_timeout(now);
    drive();
  }

  void drive() {
    while (auto out = machine_.poll_transmit())
      network_.send(id_, out->to, out->payload);
    while (auto what = machine_.poll_event())
      if (on_event_)
        on_event_(network_.now(), std::move(*what));
    network_.arm(id_, machine_.poll_timeout());
  }

private:
  network& network_;
  endpoint where_;
  realm_id realm_;
  Machine& machine_;
  std::function<void(time_point, machine_event)> on_event_;
  host_id id_;
};

} // namespace warren::sim
