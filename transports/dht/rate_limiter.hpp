#pragma once

#include "messages/endpoint.hpp"
#include "messages/time.hpp"
#include "transports/dht/config.hpp"

#include <list>
#include <unordered_map>

namespace warren::dht {

/// A token bucket: `rate` a second, up to `burst` saved.
class token_bucket {
public:
  token_bucket(double rate, double burst, time_point now)
      : rate_{rate}, burst_{burst}, level_{burst}, filled_{now} {}

  /// Takes `amount`; returns false, and takes nothing, when there is less.
  bool take(time_point now, double amount);

private:
  double rate_;
  double burst_;
  double level_;
  time_point filled_;
};

/// Guards against floods and against being used to amplify traffic towards a forged source: every source has its own
/// bucket of queries, and all replies together one of octets. Remembers a bounded number of sources. A source unseen for
/// long enough to have a full bucket is forgotten; when there are too many even so, newcomers share one bucket, so that a
/// flood from many addresses starves newcomers and not those who were there before.
class rate_limiter {
public:
  /// With `allow_same_ip`, and on loopback, a source is an endpoint, otherwise an address.
  rate_limiter(const rate_limits& limits, bool allow_same_ip, time_point now);

  /// Returns whether a query from `source` may be looked at.
  bool admit(time_point now, const endpoint& source);

  /// Returns whether a reply of `size` octets may be sent.
  bool admit_reply(time_point now, std::size_t size) { return replies_.take(now, static_cast<double>(size)); }

  std::size_t sources() const noexcept { return sources_.size(); }

private:
  struct source_state {
    endpoint source;
    token_bucket queries;
    time_point last;
  };

  token_bucket& bucket_of(time_point now, const endpoint& source);

  rate_limits limits_;
  bool allow_same_ip_;
  duration forget_after_;
  std::list<source_state> sources_; // latest first
  std::unordered_map<endpoint, std::list<source_state>::iterator> index_;
  token_bucket newcomers_;
  token_bucket replies_;
};

} // namespace warren::dht
