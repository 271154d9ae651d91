#pragma once

#include "messages/time.hpp"
#include "transports/net/udp_socket.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace warren::net {

/// What a udp_loop calls for one of its sockets, always on the thread that runs the loop.
class udp_port {
public:
  virtual ~udp_port() = default;

  virtual void on_datagram(time_point now, const endpoint& from, byte_view payload) = 0;

  /// The deadline given to udp_loop::arm has come.
  virtual void on_deadline(time_point now) = 0;
};

struct loop_counters {
  std::uint64_t packets = 0;
  std::uint64_t truncated = 0; ///< datagrams larger than a buffer, dropped
  std::uint64_t errors = 0;    ///< receive errors (ICMP answers to earlier sends); nothing is lost by them
  std::uint64_t wake_ups = 0;
};

/// Many UDP sockets on one thread, for hosts of many small machines that need no actors: they share the thread, the
/// receive buffers and one list of deadlines. Everything but post() and stop() belongs to the thread that runs it.
class udp_loop {
public:
  /// Names a socket of this loop.
  struct port_id {
    std::uint32_t index = 0;
  };

  udp_loop();
  ~udp_loop();

  udp_loop(const udp_loop&) = delete;
  udp_loop& operator=(const udp_loop&) = delete;

  /// Binds a socket that `handler` serves; `handler` must outlive the loop, or be removed from it.
  result<port_id> bind(const endpoint& local, udp_port& handler);

  /// Closes a socket; its handler is not called any more.
  void remove(port_id which);

  /// Returns the address and port really bound.
  const endpoint& local(port_id which) const;

  /// Sends each datagram of `batch`; what the kernel does not take at once is lost, as on the wire.
  send_report send(port_id from, std::span<const datagram> batch) noexcept;

  /// Sets the one deadline of a socket, in place of the last one. Costs nothing when it moves later.
  void arm(port_id which, std::optional<time_point> deadline);

  /// Waits for datagrams and deadlines, for at most `patience`, and handles what there is.
  void run_once(duration patience);

  /// Runs until stop().
  void run();

  /// Ends run(), from any thread.
  void stop() noexcept;

  /// Runs `what` on the loop's thread soon, from any thread.
  void post(std::function<void()> what);

  const loop_counters& counters() const noexcept;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace warren::net
