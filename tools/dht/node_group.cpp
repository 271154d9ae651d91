#include "tools/dht/node_group.hpp"

namespace warren::program {

node_group::node_group(random_source& random, event_handler on_event)
    : random_{random}, on_event_{std::move(on_event)} {
}

result<std::size_t> node_group::add(const endpoint& bind, dht::config settings) {
  auto index = members_.size();
  settings.family = bind.address.family();
  auto& fresh = members_.emplace_back(std::move(settings), random_);
  fresh.port.emplace(loop_, fresh.machine, [this, index](time_point now, dht::event what) {
    if (on_event_)
      on_event_(index, now, std::move(what));
  });
  if (auto why = fresh.port->bind(bind)) {
    members_.pop_back();
    return why;
  }
  auto now = std::chrono::steady_clock::now();
  fresh.machine.bootstrap(now);
  fresh.port->drive(now);
  return index;
}

} // namespace warren::program
