#pragma once

#include "messages/endpoint.hpp"
#include "messages/time.hpp"
#include "transports/dht/config.hpp"
#include "transports/dht/source_table.hpp"

namespace warren::dht {

/// A token bucket: `rate` a second, up to `burst` saved.
class token_bucket {
public:
  token_bucket(double rate, double burst, time_point now)
      : rate_{rate}, burst_{burst}, level_{burst}, filled_{now} {}

  /// Takes `amount` and leaves at least `reserve`; returns false, and takes nothing, when there is less.
  bool take(time_point now, double amount, double reserve = 0);

  bool full(time_point now) const;

private:
  double rate_;
  double burst_;
  double level_;
  time_point filled_;
};

/// Guards against floods and against being used to amplify traffic towards a forged source.
///
/// Queries: every source has its own bucket. A source is an IPv4 address or an IPv6 /64; where addresses may be shared
/// (may_share) an endpoint. Remembers a bounded number of sources and forgets those that have been idle for long enough to
/// have full buckets. When there are too many even so, newcomers share one bucket, so that a flood from many addresses
/// starves newcomers, for want of replies, and not those who were there before.
///
/// Replies: a source has proved that it gets what is sent to it when it has answered a query of ours or presented a
/// token. To one that has not, at most amplification_ratio times the octets that came from it are sent, after a first
/// rate_limits::unproved_bytes that come back over unproved_window. All replies together keep to a rate, half of whose
/// burst is kept for those who have proved their address.
class rate_limiter {
public:
  rate_limiter(const rate_limits& limits, bool allow_same_ip, random_source& random, time_point now);

  /// Returns whether a query of `size` octets from `source` may be looked at.
  bool admit(time_point now, const endpoint& source, std::size_t size);

  /// To be called when `source` has shown that it gets what is sent to it.
  void prove(time_point now, const endpoint& source);

  bool proved(time_point now, const endpoint& source) const;

  /// Returns how many octets the reply to the query that was admitted last may have at most.
  std::size_t allowance(time_point now, const endpoint& source) const;

  /// Takes the octets of a reply to the query that was admitted last; returns whether it may be sent.
  bool admit_reply(time_point now, const endpoint& source, std::size_t size);

  /// Forgets sources that would look the same if they were new.
  void expire(time_point now);

  std::size_t sources() const noexcept { return sources_.size(); }

private:
  /// Kept small: there is one for each node that was heard of late. Times are milliseconds that wrap around every 49 days;
  /// each look at a source brings both into the present.
  struct source_state {
    float queries = 0; // level of the bucket at `last`
    float credit = 0;  // octets that may be sent unproved, at `last`
    std::uint32_t last = 0;
    std::uint32_t proved_until = 0;
  };

  endpoint key_of(const endpoint& source) const;
  source_state* state_of(time_point now, const endpoint& key, bool proven);
  void refill(time_point now, source_state& state) const;
  bool idle(time_point now, const source_state& state) const;

  rate_limits limits_;
  bool allow_same_ip_;
  source_table<source_state> sources_;
  token_bucket newcomers_;
  float newcomer_credit_ = 0;
  token_bucket replies_;
  time_point next_expiry_;
};

} // namespace warren::dht
