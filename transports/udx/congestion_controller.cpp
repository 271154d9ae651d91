#include "transports/udx/congestion_controller.hpp"

#include "transports/udx/bbr.hpp"
#include "transports/udx/cubic.hpp"

namespace warren::udx {

std::unique_ptr<congestion_controller> make_congestion_controller(
    congestion_algorithm algorithm, std::uint32_t salt) {
  if (algorithm == congestion_algorithm::bbr)
    return std::make_unique<bbr>(salt);
  return std::make_unique<cubic>();
}

} // namespace warren::udx
