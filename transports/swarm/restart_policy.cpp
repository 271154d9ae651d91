#include "transports/swarm/restart_policy.hpp"

#include "transports/swarm/backoff.hpp"

namespace warren::swarm {

std::optional<duration> restart_policy::on_exit(const std::string& child, time_point now) {
  auto& times = exits_[child];
  while (!times.empty() && times.front() + limits_.period <= now)
    times.pop_front();
  times.push_back(now);
  if (times.size() > limits_.intensity)
    return std::nullopt;
  return backoff_delay(random_, times.size() - 1, limits_.first_delay, limits_.longest_delay);
}

} // namespace warren::swarm
