#include "transports/udx/proportional_rate_reduction.hpp"

#include <algorithm>

namespace warren::udx {

void proportional_rate_reduction::start(std::size_t flight, std::size_t ssthresh) noexcept {
  delivered_ = out_ = 0;
  flight_ = std::max<std::size_t>(flight, 1);
  ssthresh_ = ssthresh;
  allowance_ = 1;
}

// RFC 6937 section 3, with the slow start reduction bound.
void proportional_rate_reduction::on_delivered(std::size_t packets, std::size_t pipe) noexcept {
  delivered_ += packets;
  auto delivered = static_cast<std::ptrdiff_t>(delivered_);
  auto out = static_cast<std::ptrdiff_t>(out_);
  if (pipe > ssthresh_) {
    auto share = (delivered_ * ssthresh_ + flight_ - 1) / flight_;
    allowance_ = static_cast<std::ptrdiff_t>(share) - out;
  } else {
    auto limit = std::max(delivered - out, static_cast<std::ptrdiff_t>(packets)) + 1;
    allowance_ = std::min(static_cast<std::ptrdiff_t>(ssthresh_ - pipe), limit);
  }
  // The first lost packet is repeated whatever is in flight.
  if (out_ == 0)
    allowance_ = std::max<std::ptrdiff_t>(allowance_, 1);
}

} // namespace warren::udx
