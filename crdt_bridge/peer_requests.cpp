#include "crdt_bridge/peer_requests.hpp"

namespace warren::crdt {

bool peer_requests::add(sync::list request) {
  if (lists_.size() + wants_.size() >= most_)
    return false;
  lists_.push_back(std::move(request));
  return true;
}

bool peer_requests::add(sync::want request) {
  if (lists_.size() + wants_.size() >= most_)
    return false;
  wants_.push_back({std::move(request)});
  return true;
}

std::optional<sync::message> peer_requests::poll(const crdt_engine& engine, live_queue& live) {
  // Pages first: they are what the peer needs to ask for more while items are on their way.
  if (!lists_.empty()) {
    auto request = std::move(lists_.front());
    lists_.pop_front();
    return answer(request, engine, live);
  }
  if (wants_.empty())
    return std::nullopt;
  auto reply = answer(wants_.front(), engine, live);
  if (reply.last)
    wants_.pop_front();
  return reply;
}

sync::page peer_requests::answer(
    const sync::list& request, const crdt_engine& engine, const live_queue& live) const {
  sync::page page{request.request, false, {}};
  auto most = std::min<std::size_t>(request.most, page_keys_);
  auto after = request.after;
  // A page must have a key to go on after, unless it is the last.
  while (page.keys.empty() && !page.last) {
    auto keys = engine.list(after, most);
    page.last = keys.size() < most;
    if (!keys.empty())
      after = keys.back();
    for (const auto& key : keys)
      if (!live.contains(key.id))
        page.keys.push_back(key);
  }
  return page;
}

sync::items peer_requests::answer(open_want& open, const crdt_engine& engine, live_queue& live) const {
  sync::items reply{open.request.request, false, {}};
  auto size = sync::items_header;
  const auto& ids = open.request.ids;
  for (; open.next < ids.size(); ++open.next) {
    auto found = engine.get(ids[open.next]);
    if (!found)
      continue; // overwritten since it was listed; what replaced it is new and goes out as such
    size += sync::item_header + found->payload.size();
    if (size > items_octets_ && !reply.content.empty())
      return reply;
    live.remove(found->key.id);
    reply.content.push_back(std::move(*found));
  }
  reply.last = true;
  return reply;
}

} // namespace warren::crdt
