#pragma once

#include "messages/bytes.hpp"
#include "messages/endpoint.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

namespace warren::net {

enum class message_kind : std::uint8_t { binary, text };

/// RFC 6455 7.4.1.
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  policy = 1008,
  too_big = 1009,
  internal_error = 1011,
};

struct websocket_limits {
  /// Largest message taken; a larger one closes the link with 1009.
  std::size_t largest_message = 128 * 1024;
  /// send() refuses when this many octets already wait.
  std::size_t send_queue = 4 * 1024 * 1024;
  /// on_drained is called when the queue falls to this after having been above it.
  std::size_t low_water = 128 * 1024;
  /// For resolving, connecting, TLS and the upgrade together.
  std::chrono::milliseconds handshake_timeout{10'000};
  /// A ping is sent after this long without a message; two in a row without any answer close the link.
  std::chrono::milliseconds ping_interval{20'000};
  /// How long close() waits for the peer's close frame.
  std::chrono::milliseconds close_timeout{3'000};
};

/// All are optional, run on an io thread, never two at once for one link. Must not block.
struct websocket_handlers {
  /// The upgrade is done.
  std::function<void()> on_open;
  /// One message; uses up one read that was granted.
  std::function<void(bytes message, message_kind kind)> on_message;
  /// The send queue fell to low_water.
  std::function<void()> on_drained;
  /// Called exactly once, last, also when the link never opened. No error: closed in good order. `reason` is for people:
  /// the peer's close reason, or what failed.
  std::function<void(std::error_code why, std::string reason)> on_closed;
};

/// One WebSocket connection, of either side. Members may be called from any thread. The link lives until it is closed,
/// whoever holds the handle: dropping the handle does not close it.
class websocket_link {
public:
  virtual ~websocket_link() = default;

  /// Queues one message. Fails with net_errc::queue_full (nothing queued) or net_errc::closed. May be called before
  /// on_open: the message waits.
  virtual std::error_code send(bytes message, message_kind kind = message_kind::binary) = 0;

  /// Octets queued and not yet given to the kernel.
  virtual std::size_t queued_bytes() const noexcept = 0;

  /// Lets `n` more messages be read. Nothing is read before the first grant: what the peer sends meanwhile waits in the
  /// kernel and then at the peer.
  virtual void grant_reads(std::size_t n) = 0;

  /// Sends what is queued, then the close frame with `reason` (cut to 123 octets, RFC 6455 5.5), and ends the link when
  /// the peer answers or after close_timeout. A second call does nothing.
  virtual void close(close_code code = close_code::normal, std::string reason = {}) = 0;

  /// Ends the link at once.
  virtual void abort() = 0;

  /// The peer's address; unspecified before on_open at a client.
  virtual endpoint remote() const = 0;
};

} // namespace warren::net
