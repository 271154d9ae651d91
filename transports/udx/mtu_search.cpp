#include "transports/udx/mtu_search.hpp"

#include "messages/udx_packet.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

// udx.md section 12, up to the reference's ceiling.
constexpr std::size_t step = 32;

// Beyond: a probe's padding is told in one octet.
constexpr std::size_t long_step = 250;
constexpr int max_losses = 3;

// RFC 8899 section 5.1.1: PMTU_RAISE_TIMER. It runs from the first packet after the end of the search.
constexpr duration raise_timer = std::chrono::seconds{600};

} // namespace

mtu_search::mtu_search(std::size_t base, std::size_t ceiling) noexcept
    : base_{base}, ceiling_{std::max(base, ceiling)}, mtu_{base} {
}

std::optional<std::size_t> mtu_search::probe_size(time_point now) noexcept {
  if (!proven_ || in_flight_ || mtu_ >= ceiling_ || given_up(now))
    return std::nullopt;
  return next_size();
}

bool mtu_search::given_up(time_point now) noexcept {
  if (losses_ < max_losses)
    return false;
  if (!raise_at_)
    raise_at_ = now + raise_timer;
  if (now < *raise_at_)
    return true;
  raise_at_.reset();
  losses_ = 0;
  return false;
}

void mtu_search::on_probe_acked() noexcept {
  if (!in_flight_)
    return;
  in_flight_ = false;
  mtu_ = next_size();
  losses_ = 0;
}

void mtu_search::on_probe_lost(bool alone) noexcept {
  if (!in_flight_)
    return;
  in_flight_ = false;
  if (alone)
    ++losses_;
}

void mtu_search::on_black_hole() noexcept {
  mtu_ = base_;
  losses_ = max_losses;
  raise_at_.reset();
  in_flight_ = false;
}

void mtu_search::restart() noexcept {
  mtu_ = base_;
  losses_ = 0;
  raise_at_.reset();
  proven_ = false;
  in_flight_ = false;
}

std::size_t mtu_search::next_size() const noexcept {
  if (mtu_ < reference_mtu)
    return std::min({mtu_ + step, reference_mtu, ceiling_});
  return std::min(mtu_ + long_step, ceiling_);
}

} // namespace warren::udx
