#include "transports/session/retention.hpp"

#include <algorithm>

namespace warren::session {

namespace {

// Kept even when nothing is in flight; more would only hold memory.
constexpr std::size_t least_buffers = 16;

// An acknowledgement takes this part of what is kept for a peak away: long before the next peak of a busy connection nothing of
// note, within some hundred acknowledgements most of it.
constexpr std::size_t peak_decay = 256;

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
    buffer = std::make_shared<record_buffer>();
  }
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
  peak_ = std::max(records_.size() * peak_decay, peak_ - peak_ / peak_decay);
  for (; first_ < next_expected; ++first_) {
    auto& oldest = records_.front();
    octets_ -= oldest.record->size();
    eliciting_ -= oldest.eliciting ? 1 : 0;
    free_.push_back(std::move(oldest.record));
    records_.pop_front();
  }
  // As many as were in flight at once are wanted again soon.
  auto wanted = std::max(peak_ / peak_decay, least_buffers);
  while (!free_.empty() && records_.size() + free_.size() > wanted)
    free_.pop_front();
  return true;
}

std::shared_ptr<const record_buffer> retention::find(std::uint64_t number) const noexcept {
  if (number < first_ || number >= next())
    return nullptr;
  return records_[static_cast<std::size_t>(number - first_)].record;
}

} // namespace warren::session
