#pragma once

#include "messages/time.hpp"
#include "messages/types.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace warren {

/// What a noise_stream writes to and reads from: something reliable and ordered (DESIGN section 6). Lives inside the
/// connection actor and is called by it only.
class pipe {
public:
  /// Takes octets in order; they are valid during the call.
  using sink = std::function<void(byte_view)>;

  enum class state { open, ended, lost };

  virtual ~pipe() = default;

  /// Returns how many octets write() takes now.
  virtual std::size_t writable() const = 0;

  /// Takes `data`, at most writable() octets. `owner`, unless null, keeps them alive and as they are for as long as the pipe
  /// holds it.
  virtual void write(byte_view data, const std::shared_ptr<const void>& owner = nullptr) = 0;

  /// Nothing more will be written; what was written still goes out.
  virtual void end() = 0;

  /// Gives up at once.
  virtual void destroy(time_point now) = 0;

  /// Hands what has arrived to `take`.
  virtual void receive(time_point now, const sink& take) = 0;

  /// Sends what is due. What is written between receive() and this shares datagrams with the acknowledgements.
  virtual void send(time_point now) = 0;

  /// Gives back to the heap what is kept for traffic as there was last.
  virtual void release_spare() {}

  virtual std::optional<time_point> next_deadline() const = 0;

  virtual state current() const = 0;

  /// True when nothing written here waits for the other end any more.
  virtual bool flushed() const = 0;

  /// True when the pipe needs no more calls.
  virtual bool finished() const = 0;

  virtual path_kind kind() const = 0;

  /// Returns "ip:port" or the relay's URL.
  virtual std::string address() const = 0;

  virtual void count_into(counter_map& out) const = 0;
};

} // namespace warren
