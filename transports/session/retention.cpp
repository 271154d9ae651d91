#include "transports/session/retention.hpp"

namespace warren::session {

namespace {

// Enough for what a fast pipe has in flight between two acknowledgements; more would only hold memory.
constexpr std::size_t max_free_buffers = 16;

} // namespace

bytes retention::take_buffer() {
  if (free_.empty())
    return {};
  auto buffer = std::move(free_.back());
  free_.pop_back();
  buffer.clear();
  return buffer;
}

void retention::push(bytes record, bool eliciting) {
  octets_ += record.size();
  eliciting_ += eliciting ? 1 : 0;
  records_.push_back({std::move(record), eliciting});
}

bool retention::acknowledge(std::uint64_t next_expected) {
  if (next_expected > next())
    return false;
  for (; first_ < next_expected; ++first_) {
    auto& oldest = records_.front();
    octets_ -= oldest.record.size();
    eliciting_ -= oldest.eliciting ? 1 : 0;
    if (free_.size() < max_free_buffers)
      free_.push_back(std::move(oldest.record));
    records_.pop_front();
  }
  return true;
}

const bytes* retention::find(std::uint64_t number) const noexcept {
  if (number < first_ || number >= next())
    return nullptr;
  return &records_[static_cast<std::size_t>(number - first_)].record;
}

} // namespace warren::session
