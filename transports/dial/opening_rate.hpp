#pragma once

#include "messages/endpoint.hpp"
#include "messages/time.hpp"

#include <cstddef>
#include <map>

namespace warren::dial {

/// How many streams may be opened: each source (see source_of) has a token bucket, `per_second` and up to `burst` saved. At
/// most `sources` buckets are remembered; one that is full again is the same as none and is forgotten when there are more.
/// While none can be forgotten all newcomers share one bucket, so that a flood from many sources holds up newcomers and not
/// those who were there before.
class opening_rate {
public:
  opening_rate(double per_second, double burst, std::size_t sources);

  /// Takes a token of `source`; returns false when it has none left.
  bool admit(time_point now, const ip_address& source);

  std::size_t sources() const noexcept { return full_at_.size(); }

private:
  /// A bucket is the time at which it will be full, as in the generic cell rate algorithm (ITU-T I.371, 5.5.2).
  bool take(time_point now, time_point& full_at) const;
  void forget_idle(time_point now);

  duration token_;    // the time in which one comes back
  duration emptying_; // from full to empty, and back
  std::size_t max_sources_;
  std::map<ip_address, time_point> full_at_; // ordered: nobody can make its names collide
  time_point newcomers_full_at_;
  time_point forget_again_at_;
};

} // namespace warren::dial
