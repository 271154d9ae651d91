#include "crdt_bridge/id_listing.hpp"

namespace warren::crdt {

void id_listing::start() noexcept {
  if (running_)
    again_ = true;
  else
    begin();
}

void id_listing::begin() noexcept {
  running_ = true;
  again_ = false;
  last_page_seen_ = false;
  after_.reset();
}

std::optional<sync::list> id_listing::poll_list(std::uint32_t request) {
  if (!running_ || asked_ != 0 || !candidates_.empty())
    return std::nullopt;
  order_.clear();
  if (last_page_seen_) {
    ++finished_;
    running_ = false;
    if (!again_)
      return std::nullopt;
    begin();
  }
  asked_ = request;
  return sync::list{request, static_cast<std::uint32_t>(page_keys_), after_};
}

std::error_code id_listing::handle_page(const sync::page& page, const crdt_engine& engine, wall_time now) {
  if (asked_ == 0 || page.request != asked_ || page.keys.size() > page_keys_)
    return sync::errc::unasked;
  // Without a key there is nothing to go on after: such a page must be the last.
  if (page.keys.empty() && !page.last)
    return sync::errc::bad_value;
  if (!page.keys.empty() && after_ && page.keys.front() <= *after_)
    return sync::errc::unordered_keys;
  asked_ = 0;
  last_page_seen_ = page.last;
  if (!page.keys.empty())
    after_ = page.keys.back();
  for (const auto& key : page.keys)
    if (engine.wants(key, now) && candidates_.insert(key.id).second)
      order_.push_back(key.id);
  tried_at_ = ~std::uint64_t{0};
  return {};
}

std::vector<item_id> id_listing::take_wanted(
    std::size_t most, const crdt_engine& engine, fetch_claims& claims, peer_handle peer) {
  std::vector<item_id> wanted;
  if (tried_at_ == claims.releases())
    return wanted;
  for (auto left = order_.size(); left > 0 && wanted.size() < most; --left) {
    auto id = order_.front();
    order_.pop_front();
    if (!candidates_.contains(id))
      continue;
    if (engine.contains(id)) {
      candidates_.erase(id);
    } else if (claims.is_claimed(id)) {
      order_.push_back(id); // somebody is fetching it; it may yet fail there
    } else {
      claims.claim(id, peer);
      candidates_.erase(id);
      wanted.push_back(id);
    }
  }
  if (wanted.empty())
    tried_at_ = claims.releases();
  return wanted;
}

} // namespace warren::crdt
