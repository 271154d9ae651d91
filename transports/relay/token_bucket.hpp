#pragma once

#include "messages/time.hpp"

#include <cstdint>

namespace warren::relay {

/// A rate limit that lets a message in first and asks for the wait afterwards: the balance may fall below zero by one
/// message, and nothing more is read until it is paid back.
class token_bucket {
public:
  /// `rate` in octets per second, 0: unlimited. `burst` in octets.
  token_bucket(std::uint32_t rate, std::uint32_t burst, time_point now);

  void take(time_point now, std::size_t octets);

  /// Returns when the balance is positive again, `now` when it is.
  time_point ready_at(time_point now) const;

private:
  void refill(time_point now);

  double rate_;
  double burst_;
  double balance_;
  time_point refilled_;
};

} // namespace warren::relay
