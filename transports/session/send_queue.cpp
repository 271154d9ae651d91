#include "transports/session/send_queue.hpp"

#include "transports/session/receive_window.hpp"

#include <algorithm>

namespace warren::session {

void send_queue::push(shared_octets message) {
  octets_ += message.view.size() + message_cost;
  messages_.push_back(std::move(message));
}

byte_view send_queue::undecided() const noexcept {
  if (messages_.empty() || packed_ || offset_ < decided_)
    return {};
  auto rest = messages_.front().view.subspan(offset_);
  return rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), credit_)));
}

void send_queue::send_packed(bytes&& packed, std::size_t octets) {
  credit_ -= octets;
  packed_ = packed_stretch{shared_octets{std::move(packed)}, 0, octets};
}

fragment send_queue::peek_packed(std::size_t room) const {
  const auto& [octets, sent, stands_for] = *packed_;
  auto rest = octets.view.subspan(sent);
  auto size = std::min(rest.size(), room);
  bool last = size == rest.size() && offset_ + stands_for == messages_.front().view.size();
  fragment next{rest.first(size), octets.owner, last && credit_ >= message_cost};
  if (begins_packed()) {
    next.stands_for = static_cast<std::uint32_t>(stands_for);
    next.packed = static_cast<std::uint32_t>(octets.view.size());
  }
  return next;
}

fragment send_queue::peek(std::size_t room) const {
  if (packed_)
    return peek_packed(room);
  if (messages_.empty())
    return {};
  auto rest = messages_.front().view.subspan(offset_);
  auto size = static_cast<std::size_t>(std::min<std::uint64_t>({rest.size(), room, credit_}));
  bool end = size == rest.size() && credit_ >= size + message_cost;
  return {rest.first(size), messages_.front().owner, end};
}

void send_queue::pop(const fragment& sent) {
  auto size = sent.content.size();
  if (packed_) {
    packed_->sent += size;
    size = packed_->sent == packed_->octets.view.size() ? packed_->stands_for : 0;
    if (size > 0)
      packed_.reset();
  } else {
    credit_ -= size;
  }
  credit_ -= sent.end ? message_cost : 0;
  octets_ -= size + (sent.end ? message_cost : 0);
  offset_ += size;
  if (sent.end) {
    messages_.pop_front();
    offset_ = 0;
    decided_ = 0;
  }
}

void send_queue::clear() {
  messages_.clear();
  packed_.reset();
  offset_ = 0;
  decided_ = 0;
  octets_ = 0;
}

bool send_queue::sendable() const noexcept {
  if (messages_.empty())
    return false;
  if (packed_)
    return true; // paid for
  auto rest = messages_.front().view.size() - offset_;
  return rest > 0 ? credit_ > 0 : credit_ >= message_cost;
}

} // namespace warren::session
