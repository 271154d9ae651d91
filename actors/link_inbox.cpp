#include "actors/link_inbox.hpp"

#include "messages/types.hpp"

namespace warren {

void link_inbox::bind(caf::actor owner) {
  auto waiting = false;
  {
    std::lock_guard guard{mutex_};
    waiting = woken_;
    if (!waiting_.closed)
      owner_ = owner;
  }
  if (waiting)
    wake(owner);
}

void link_inbox::wake(const caf::actor& owner) const {
  act::anon_mail(link_ready{link_}).send(owner);
}

template <class Change>
void link_inbox::put(Change change) {
  auto sleeping = caf::actor{};
  {
    std::lock_guard guard{mutex_};
    change(waiting_);
    if (!std::exchange(woken_, true))
      sleeping = owner_;
    if (waiting_.closed)
      owner_ = nullptr;
  }
  if (sleeping)
    wake(sleeping);
}

link_inbox::content link_inbox::take() {
  std::lock_guard guard{mutex_};
  woken_ = false;
  return std::exchange(waiting_, {});
}

net::websocket_handlers link_inbox::handlers() {
  auto self = shared_from_this();
  auto result = net::websocket_handlers{};
  result.on_open = [self] { self->put([](content& to) { to.opened = true; }); };
  result.on_message = [self](bytes message, net::message_kind kind) {
    if (kind == net::message_kind::text)
      message.clear();
    self->put([&](content& to) { to.messages.push_back(std::move(message)); });
  };
  result.on_drained = [self] { self->put([](content& to) { to.drained = true; }); };
  result.on_closed = [self](std::error_code why, std::string reason) {
    self->put([&](content& to) { to.closed = ending{why, std::move(reason)}; });
  };
  return result;
}

} // namespace warren
