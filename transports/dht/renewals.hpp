#pragma once

#include "messages/time.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace warren::dht {

/// When what we told others must be told again, because they forget: announcements (BEP 5) and items (BEP 44). Each key is
/// due `interval` after it was last told, and `retry` after an attempt that has not succeeded.
template <class Key>
class renewals {
public:
  renewals(duration interval, duration retry) : interval_{interval}, retry_{std::min(retry, interval)} {}

  /// To be called when `key` has been told: once more after the interval.
  void told(time_point now, const Key& key) { due_[key] = now + interval_; }

  /// To be called when nobody has taken it: once more soon.
  void failed(time_point now, const Key& key) { due_[key] = now + retry_; }

  void remove(const Key& key) { due_.erase(key); }

  /// Makes all due at once, as when what was told is not true any more.
  void hasten(time_point now) {
    for (auto& [key, when] : due_)
      when = std::min(when, now);
  }

  /// Returns what to tell now. Unless told() or remove() follows, it comes again after `retry`.
  std::vector<Key> due(time_point now) {
    std::vector<Key> result;
    for (auto& [key, when] : due_)
      if (when <= now) {
        result.push_back(key);
        when = now + retry_;
      }
    return result;
  }

  std::optional<time_point> poll_timeout() const {
    std::optional<time_point> result;
    for (const auto& [key, when] : due_)
      if (!result || when < *result)
        result = when;
    return result;
  }

  std::size_t size() const noexcept { return due_.size(); }

private:
  duration interval_;
  duration retry_;
  std::map<Key, time_point> due_; // as many as the owner adds
};

} // namespace warren::dht
