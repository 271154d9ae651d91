#include "transports/session/retention.hpp"

#include <algorithm>

namespace warren::session {

namespace {

// Kept even when nothing is in flight; more would only hold memory.
constexpr std::size_t least_free_buffers = 16;
constexpr std::size_t least_free_octets = 1u << 20;

} // namespace

/// The buffer that was given back last is the most likely to lie in a cache still.
std::shared_ptr<record_buffer> retention::take_buffer() {
  std::shared_ptr<record_buffer> buffer;
  if (!free_.empty() && free_.back().use_count() == 1) {
    buffer = std::move(free_.back());
    free_.pop_back();
  } else if (!free_.empty() && free_.front().use_count() == 1) {
    buffer = std::move(free_.front());
    free_.pop_front();
  } else {
    return std::make_shared<record_buffer>();
  }
  free_octets_ -= buffer->capacity();
  return buffer;
}

void retention::push(std::shared_ptr<record_buffer> record, bool eliciting) {
  octets_ += record->size();
  eliciting_ += eliciting ? 1 : 0;
  records_.push_back({std::move(record), eliciting});
}

bool retention::acknowledge(std::uint64_t next_expected) {
  if (next_expected > next())
    return false;
  for (; first_ < next_expected; ++first_) {
    auto& oldest = records_.front();
    octets_ -= oldest.record->size();
    eliciting_ -= oldest.eliciting ? 1 : 0;
    free_octets_ += oldest.record->capacity();
    free_.push_back(std::move(oldest.record));
    records_.pop_front();
  }
  trim_free();
  return true;
}

// As many as are in flight will be wanted before the next acknowledgements have come, and are as large, most likely.
void retention::trim_free() noexcept {
  auto buffers = std::max(records_.size(), least_free_buffers);
  auto octets = std::max(octets_, least_free_octets);
  while (free_.size() > buffers || free_octets_ > octets) {
    free_octets_ -= free_.front()->capacity();
    free_.pop_front();
  }
}

std::shared_ptr<const record_buffer> retention::find(std::uint64_t number) const noexcept {
  if (number < first_ || number >= next())
    return nullptr;
  return records_[static_cast<std::size_t>(number - first_)].record;
}

} // namespace warren::session
