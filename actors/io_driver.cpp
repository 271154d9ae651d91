#include "actors/io_driver.hpp"

#include "actors/named_counters.hpp"
#include "messages/udx_packet.hpp"
#include "transports/net/own_addresses.hpp"
#include "transports/net/udp_receiver.hpp"

#include <algorithm>

namespace warren {

namespace {

constexpr named_counter<net::receiver_counters> receiver_names[] = {
    {"udp.truncated", &net::receiver_counters::truncated},
    {"udp.starved", &net::receiver_counters::starved},
};

constexpr named_counter<net::udp_counters> socket_names[] = {
    {"udp.send_blocked", &net::udp_counters::blocked},
    {"udp.send_unreachable", &net::udp_counters::unreachable},
    {"udp.send_too_big", &net::udp_counters::too_big},
    {"udp.send_refused", &net::udp_counters::refused},
    {"udp.send_failed", &net::udp_counters::other_errors},
};

class socket_sender final : public datagram_sender {
public:
  explicit socket_sender(std::shared_ptr<net::udp_socket> socket) : socket_{std::move(socket)} {
    // nop
  }

  net::send_report send_batch(const endpoint& to, byte_view buffer, std::size_t segment_size) override {
    return socket_->send_batch(to, buffer, segment_size);
  }

  net::send_report send(std::span<const net::datagram> batch) override { return socket_->send(batch); }

  endpoint local() const override { return socket_->local(); }

  std::size_t mtu_towards(const endpoint& to) const override {
    return std::max(udx::reference_mtu, net::mtu_towards(to).value_or(0));
  }

private:
  std::shared_ptr<net::udp_socket> socket_;
};

struct io_driver_state {
  io_driver_state(
      caf::event_based_actor* selfptr, std::shared_ptr<net::udp_socket> udp,
      std::shared_ptr<udp_port> port_ptr)
      : self{selfptr}, socket{std::move(udp)}, port{std::move(port_ptr)} {
    // nop
  }

  bool start() {
    auto hand_out = [port = port](std::size_t, const net::packet_batch& batch) { port->deliver(batch); };
    auto started = net::udp_receiver::start({socket}, hand_out);
    if (started)
      receiver = std::move(*started);
    else
      self->quit(make_error(errc::network_failed, "UDP receiver: " + started.error().message()));
    return receiver != nullptr;
  }

  counter_map counters() const {
    counter_map result;
    port->count_into(result);
    if (receiver)
      count_named(result, receiver->counters(), receiver_names);
    count_named(result, socket->counters(), socket_names);
    return result;
  }

  caf::behavior make_behavior() {
    if (!start())
      return {};
    return {
        [this](get_counters) { return counters(); },
        [this](const shut_down&) { self->quit(); },
    };
  }

  caf::event_based_actor* self;
  std::shared_ptr<net::udp_socket> socket;
  std::shared_ptr<udp_port> port;
  std::unique_ptr<net::udp_receiver> receiver;
};

} // namespace

std::shared_ptr<datagram_sender> make_socket_sender(std::shared_ptr<net::udp_socket> socket) {
  return std::make_shared<socket_sender>(std::move(socket));
}

caf::actor spawn_io_driver(
    caf::actor_system& system, std::shared_ptr<net::udp_socket> socket, std::shared_ptr<udp_port> port) {
  return act::spawn<io_driver_state>(system, std::move(socket), std::move(port));
}

} // namespace warren
