#pragma once

#include "messages/control_packet.hpp"
#include "messages/endpoint.hpp"
#include "messages/random_source.hpp"
#include "messages/time.hpp"

#include <array>

namespace warren::dial {

/// Makes and checks the responder's cookies without remembering any: BLAKE2s-128, keyed with a secret that changes every
/// lifetime, over the source endpoint, the initiator's stream id and nonce. A cookie of the last secret is good too.
class cookie_jar {
public:
  cookie_jar(duration lifetime, random_source& random);
  ~cookie_jar();
  cookie_jar(const cookie_jar&) = delete;
  cookie_jar& operator=(const cookie_jar&) = delete;

  control::cookie_value make(
      time_point now, const warren::endpoint& source, std::uint32_t id, const control::nonce& token);
  bool check(time_point now, const warren::endpoint& source, const control::open& packet);

private:
  using secret = std::array<std::byte, 32>;

  void rotate(time_point now);

  duration lifetime_;
  random_source& random_;
  std::array<secret, 2> secrets_{}; // current, previous
  time_point current_since_;
  bool started_ = false;
};

} // namespace warren::dial
