#include "tools/dht/node_farm.hpp"

#include <future>

namespace warren::program {

node_farm::member::member()
    : group{random, [this](std::size_t node, time_point, dht::event what) {
              if (!std::holds_alternative<dht::bootstrapped>(what))
                return;
              if (node >= up.size())
                up.resize(node + 1);
              if (!up[node])
                bootstrapped.fetch_add(1);
              up[node] = true;
            }} {
  thread = std::thread{[this] { group.loop().run(); }};
}

node_farm::node_farm(std::size_t threads) {
  do
    members_.push_back(std::make_unique<member>());
  while (members_.size() < threads);
}

node_farm::~node_farm() {
  for (auto& each : members_)
    each->group.loop().stop();
  for (auto& each : members_)
    each->thread.join();
}

template <class Function>
auto node_farm::on_thread(member& where, Function what) {
  auto task = std::make_shared<std::packaged_task<decltype(what())()>>(std::move(what));
  auto answer = task->get_future();
  where.group.loop().post([task] { (*task)(); });
  return answer.get();
}

result<endpoint> node_farm::add(const endpoint& bind, dht::config settings) {
  auto& where = *members_[size_ % members_.size()];
  auto bound = on_thread(where, [&]() -> result<endpoint> {
    auto added = where.group.add(bind, std::move(settings));
    if (!added)
      return added.error();
    return where.group.local(*added);
  });
  if (bound)
    ++size_;
  return bound;
}

void node_farm::await_bootstrap(std::size_t most, std::chrono::milliseconds patience) const {
  auto late = std::chrono::steady_clock::now() + patience;
  for (;;) {
    std::size_t done = 0;
    for (const auto& each : members_)
      done += each->bootstrapped.load();
    if (done + most >= size_ || std::chrono::steady_clock::now() >= late)
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

void node_farm::set_other_family(std::size_t index, std::vector<dht::node_info> nodes) {
  auto& where = *members_[index % members_.size()];
  on_thread(where, [&] {
    return where.group.with(index / members_.size(), [&](dht::node& node, time_point) {
      node.set_other_family(std::move(nodes));
      return true;
    });
  });
}

std::vector<node_farm::report> node_farm::reports() {
  std::vector<std::vector<report>> by_member;
  for (auto& each : members_)
    by_member.push_back(on_thread(*each, [&group = each->group] {
      std::vector<report> result;
      for (std::size_t i = 0; i < group.size(); ++i)
        result.push_back({group.local(i), group.node(i).save()});
      return result;
    }));
  std::vector<report> result;
  for (std::size_t i = 0; i < size_; ++i)
    result.push_back(std::move(by_member[i % members_.size()][i / members_.size()]));
  return result;
}

} // namespace warren::program
