#pragma once

#include "messages/time.hpp"
#include "transports/relay/server_events.hpp"

#include <optional>
#include <set>
#include <unordered_map>

namespace warren::relay {

/// One deadline per guest; the earliest is known at once.
class deadlines {
public:
  /// Sets or moves the guest's deadline; nothing clears it.
  void arm(guest_id guest, std::optional<time_point> at);

  std::optional<time_point> armed(guest_id guest) const;
  std::optional<time_point> earliest() const;

  /// Removes and returns a guest whose deadline has come.
  std::optional<guest_id> pop_due(time_point now);

private:
  std::set<std::pair<time_point, guest_id>> order_;
  std::unordered_map<guest_id, time_point> armed_;
};

} // namespace warren::relay
