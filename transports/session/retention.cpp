#include "transports/session/retention.hpp"

#include <algorithm>

namespace warren::session {

namespace {

// Kept even when nothing is in flight; more would only hold memory.
constexpr std::size_t least_free_buffers = 16;

} // namespace

std::shared_ptr<record_buffer> retention::take_buffer() {
  if (free_.empty() || free_.front().use_count() > 1)
    return std::make_shared<record_buffer>();
  auto buffer = std::move(free_.front());
  free_.pop_front();
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
    free_.push_back(std::move(oldest.record));
    records_.pop_front();
  }
  // As many as are in flight will be wanted before the next acknowledgements have come.
  auto wanted = std::max(records_.size(), least_free_buffers);
  while (free_.size() > wanted)
    free_.pop_front();
  return true;
}

std::shared_ptr<const record_buffer> retention::find(std::uint64_t number) const noexcept {
  if (number < first_ || number >= next())
    return nullptr;
  return records_[static_cast<std::size_t>(number - first_)].record;
}

} // namespace warren::session
