#include "crdt_bridge/watchers.hpp"

#include "crdt_bridge/graph_item.hpp"

#include <algorithm>

namespace warren {

bool watchers::add(const caf::actor& watcher, const std::string& prefix) {
  auto known = prefixes_.find(watcher.address());
  if (known != prefixes_.end() && known->second.contains(prefix))
    return true;
  if (count_ >= most_)
    return false;
  ++count_;
  prefixes_[watcher.address()].insert(prefix);
  return true;
}

void watchers::remove(const caf::actor_addr& watcher) {
  auto known = prefixes_.find(watcher);
  if (known == prefixes_.end())
    return;
  count_ -= known->second.size();
  prefixes_.erase(known);
}

void watchers::tell(const crdt::items_changed& event) const {
  if (prefixes_.empty())
    return;
  const auto& added = event.changes->added;
  for (std::size_t i = 0; i < added.size(); ++i) {
    auto write = crdt::decode_field(added[i].payload);
    if (!write)
      continue;
    for (const auto& [watcher, prefixes] : prefixes_) {
      auto concerns = [&](const std::string& prefix) { return write->soul.starts_with(prefix); };
      if (!std::any_of(prefixes.begin(), prefixes.end(), concerns))
        continue;
      field_changed change{
          std::string{write->soul}, std::string{write->field}, std::string{write->value}, write->state,
          event.local[i]};
      act::anon_mail(std::move(change)).send(caf::actor_cast<caf::actor>(watcher));
    }
  }
}

} // namespace warren
