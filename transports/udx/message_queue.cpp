#include "transports/udx/message_queue.hpp"

#include <utility>

namespace warren::udx {

void message_queue::push(byte_view payload) {
  places_.resize(capacity);
  places_[(first_ + count_) % capacity].assign(payload.begin(), payload.end());
  ++count_;
}

void message_queue::pop() noexcept {
  first_ = (first_ + 1) % capacity;
  --count_;
}

std::size_t message_queue::release() noexcept {
  places_ = {};
  first_ = 0;
  return std::exchange(count_, 0);
}

} // namespace warren::udx
