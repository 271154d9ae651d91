#include "transports/relay/outbox.hpp"

namespace warren::relay {

void outbox::push_control(bytes message) {
  control_octets_ += message.size();
  control_.push_back(std::move(message));
}

void outbox::push_about(const peer_id& peer, bytes message) {
  control_octets_ += message.size();
  push(peer, item{std::move(message), std::nullopt});
}

void outbox::push(const peer_id& peer, guest_id sender, bytes message) {
  push(peer, item{std::move(message), sender});
}

void outbox::push(const peer_id& peer, item queued) {
  auto& about = flows_[peer];
  if (about.items.empty()) {
    fresh_turn_ = fresh_turn_ || active_.empty();
    active_.push_back(peer);
  }
  about.octets += queued.message.size();
  about.items.push_back(std::move(queued));
}

std::optional<outbox::item> outbox::pop() {
  if (!control_.empty()) {
    item next{std::move(control_.front()), std::nullopt};
    control_.pop_front();
    control_octets_ -= next.message.size();
    return next;
  }
  while (!active_.empty()) {
    auto peer = active_.front();
    auto& about = flows_.find(peer)->second;
    if (std::exchange(fresh_turn_, false))
      about.deficit += quantum;
    auto size = about.items.front().message.size();
    if (size > about.deficit) {
      active_.pop_front();
      active_.push_back(peer);
      fresh_turn_ = true;
      continue;
    }
    auto next = std::move(about.items.front());
    about.items.pop_front();
    about.octets -= size;
    about.deficit -= size;
    if (!next.sender)
      control_octets_ -= size;
    if (about.items.empty()) {
      // A flow that runs dry keeps no claim.
      flows_.erase(peer);
      active_.pop_front();
      fresh_turn_ = true;
    }
    return next;
  }
  return std::nullopt;
}

std::size_t outbox::waiting(const peer_id& peer) const {
  auto found = flows_.find(peer);
  return found == flows_.end() ? 0 : found->second.octets;
}

std::map<guest_id, std::size_t> outbox::senders() const {
  std::map<guest_id, std::size_t> all;
  for (const auto& [peer, about] : flows_)
    for (const auto& queued : about.items)
      if (queued.sender)
        all[*queued.sender] += queued.message.size();
  return all;
}

} // namespace warren::relay
