#include "transports/session/send_queue.hpp"

#include "transports/session/receive_window.hpp"

#include <algorithm>

namespace warren::session {

void send_queue::push(shared_octets message) {
  octets_ += message.view.size() + message_cost;
  messages_.push_back(std::move(message));
}

fragment send_queue::peek(std::size_t room) const {
  if (messages_.empty())
    return {};
  auto rest = messages_.front().view.subspan(offset_);
  auto size = static_cast<std::size_t>(std::min<std::uint64_t>({rest.size(), room, credit_}));
  bool end = size == rest.size() && credit_ >= size + message_cost;
  return {rest.first(size), messages_.front().owner, end};
}

void send_queue::pop(const fragment& sent) {
  auto size = sent.content.size();
  credit_ -= size + (sent.end ? message_cost : 0);
  octets_ -= size + (sent.end ? message_cost : 0);
  offset_ += size;
  if (sent.end) {
    messages_.pop_front();
    offset_ = 0;
  }
}

void send_queue::clear() {
  messages_.clear();
  offset_ = 0;
  octets_ = 0;
}

bool send_queue::sendable() const noexcept {
  if (messages_.empty())
    return false;
  auto rest = messages_.front().view.size() - offset_;
  return rest > 0 ? credit_ > 0 : credit_ >= message_cost;
}

} // namespace warren::session
