#include "transports/udx/congestion_controller.hpp"

#include "transports/udx/cubic.hpp"
#include "transports/udx/new_reno.hpp"

namespace warren::udx {

bool window_was_used(const ack_sample& sample, double cwnd, bool slow_start) noexcept {
  auto used = static_cast<double>(sample.in_flight);
  return slow_start ? used * 2 >= cwnd : used * 5 >= cwnd * 4;
}

std::unique_ptr<congestion_controller> make_congestion_controller(congestion_algorithm algorithm) {
  if (algorithm == congestion_algorithm::new_reno)
    return std::make_unique<new_reno>();
  return std::make_unique<cubic>();
}

} // namespace warren::udx
