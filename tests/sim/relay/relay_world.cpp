#include "tests/sim/relay/relay_world.hpp"

#include "messages/byte_order.hpp"

namespace warren::test {

using namespace relay;

relay_world::relay_world(std::uint64_t seed, server_config config)
    : random{seed}, config_{std::move(config)} {
  config_.verify = verify_as;
  config_.hosts = {"relay:1"};
  server_ = std::make_unique<relay::server>(config_, random);
}

relay_world::node& relay_world::add(std::uint8_t number, link_quality quality, client_config config) {
  auto made = std::make_unique<node>();
  made->self.octets.fill(static_cast<std::byte>(number));
  made->quality = quality;
  config.self = made->self;
  config.host = "relay:1";
  config.sign = [self = made->self](byte_view message) { return sign_as(self, message); };
  made->client = std::make_unique<relay::client>(std::move(config), random);
  made->client->start(now);
  nodes_.push_back(std::move(made));
  return *nodes_.back();
}

void relay_world::drop_link(std::uint64_t id) {
  auto found = links_.find(id);
  if (found == links_.end())
    return;
  auto owner = found->second.owner;
  links_.erase(found);
  server_->guest_gone(now, guest_id{id});
  if (owner->link == id) {
    owner->link = 0;
    owner->client->handle_disconnected(now, std::make_error_code(std::errc::connection_reset));
  }
}

void relay_world::cut(node& which) {
  drop_link(which.link);
  settle();
}

void relay_world::set_relay_up(bool up) {
  relay_up_ = up;
  if (up) {
    server_ = std::make_unique<relay::server>(config_, random);
    return;
  }
  while (!links_.empty())
    drop_link(links_.begin()->first);
  settle();
}

void relay_world::send(node& from, circuit id, byte_view octets) {
  put(from.to_send[id], octets);
  write_pending(from);
}

void relay_world::set_consuming(node& which, bool consuming) {
  which.consuming = consuming;
  if (consuming)
    for (auto& [id, octets] : which.unconsumed)
      which.client->consumed(now, id, std::exchange(octets, 0));
  settle();
}

void relay_world::write_pending(node& which) {
  for (auto& [id, octets] : which.to_send) {
    auto taken = which.client->write(now, id, octets);
    octets.erase(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(taken));
  }
}

void relay_world::on(node& which, client_events& event) {
  using namespace client_event;
  if (std::holds_alternative<dial>(event)) {
    if (!relay_up_) {
      which.client->handle_disconnected(now, std::make_error_code(std::errc::connection_refused));
      return;
    }
    which.link = next_link_++;
    links_[which.link].owner = &which;
    server_->guest_connected(now, guest_id{which.link}, ip_address{});
    which.client->handle_connected(now);
  } else if (std::holds_alternative<hang_up>(event)) {
    auto old = std::exchange(which.link, 0);
    links_.erase(old);
    server_->guest_gone(now, guest_id{old});
  } else if (auto joined = std::get_if<peer_joined>(&event)) {
    BOOST_TEST(which.present.emplace(joined->where, joined->peer).second);
  } else if (auto left = std::get_if<peer_left>(&event)) {
    BOOST_TEST(which.present.erase({left->where, left->peer}) == 1u);
  } else if (auto opened = std::get_if<circuit_opened>(&event)) {
    which.inbound.push_back(opened->id);
  } else if (auto part = std::get_if<circuit_data>(&event)) {
    BOOST_TEST(!which.closed.contains(part->id));
    put(which.received[part->id], part->payload());
    if (which.consuming)
      which.client->consumed(now, part->id, part->payload().size());
    else
      which.unconsumed[part->id] += part->payload().size();
  } else if (auto closed = std::get_if<circuit_closed>(&event)) {
    BOOST_TEST(which.closed.emplace(closed->id, closed->reason).second);
    which.to_send.erase(closed->id);
  } else if (std::holds_alternative<circuit_writable>(event)) {
    write_pending(which);
  } else if (auto lost = std::get_if<offline>(&event)) {
    which.losses.push_back(*lost);
  } else if (std::holds_alternative<signal_received>(event)) {
    ++which.signals;
  }
}

/// Gives a message to a kernel that sends at the link's rate.
void relay_world::transmit(link::direction& way, const link_quality& quality, bytes message) {
  auto takes = std::chrono::duration_cast<duration>(
      std::chrono::duration<double>{static_cast<double>(message.size()) / quality.octets_per_second});
  way.free_at = std::max(way.free_at, now) + takes;
  way.queued += message.size();
  way.leaving.emplace_back(way.free_at, message.size());
  way.flying.emplace_back(way.free_at + quality.latency, std::move(message));
}

void relay_world::drive(node& which) {
  for (bool more = true; more;) {
    more = false;
    auto found = links_.find(which.link);
    if (found != links_.end())
      which.client->drained(now, found->second.up.queued);
    while (auto frame = which.client->poll_transmit()) {
      more = true;
      if (found != links_.end()) {
        transmit(found->second.up, which.quality, std::move(*frame));
        which.client->drained(now, found->second.up.queued);
      }
    }
    while (auto event = which.client->poll_event()) {
      more = true;
      on(which, *event);
      found = links_.find(which.link);
    }
  }
}

void relay_world::drive_server() {
  for (bool more = true; more;) {
    more = false;
    while (auto sent = server_->poll_transmit()) {
      more = true;
      auto found = links_.find(static_cast<std::uint64_t>(sent->to));
      if (found == links_.end())
        continue;
      transmit(found->second.down, found->second.owner->quality, std::move(sent->frame));
      server_->drained(now, sent->to, found->second.down.queued);
    }
    while (auto event = server_->poll_event()) {
      more = true;
      if (auto grant = std::get_if<server_event::grant_reads>(&*event)) {
        if (auto found = links_.find(static_cast<std::uint64_t>(grant->guest)); found != links_.end())
          found->second.reads += grant->n;
      } else if (auto closed = std::get_if<server_event::close_guest>(&*event)) {
        // The relay hears no more; what it sent is still under way, then the link ends.
        if (auto found = links_.find(static_cast<std::uint64_t>(closed->guest)); found != links_.end())
          found->second.alive = false;
      }
    }
  }
}

void relay_world::settle() {
  for (auto& which : nodes_)
    drive(*which);
  drive_server();
}

std::optional<time_point> relay_world::next_time() const {
  auto first = server_->poll_timeout();
  auto consider = [&first](std::optional<time_point> at) {
    if (at && (!first || *at < *first))
      first = at;
  };
  for (const auto& which : nodes_)
    consider(which->client->poll_timeout());
  for (const auto& [id, one] : links_) {
    if (!one.down.flying.empty())
      consider(one.down.flying.front().first);
    if (!one.up.flying.empty() && one.reads > 0)
      consider(one.up.flying.front().first);
    for (auto way : {&one.up, &one.down})
      if (!way->leaving.empty())
        consider(way->leaving.front().first);
  }
  return first;
}

/// Hands over what has arrived by now.
void relay_world::deliver() {
  std::vector<std::uint64_t> ids;
  for (auto& [id, one] : links_)
    ids.push_back(id);
  for (auto id : ids) {
    auto here = [&] { return links_.find(id); };
    for (auto found = here(); found != links_.end() && !found->second.up.leaving.empty()
                              && found->second.up.leaving.front().first <= now;) {
      found->second.up.queued -= found->second.up.leaving.front().second;
      found->second.up.leaving.pop_front();
    }
    for (auto found = here(); found != links_.end() && !found->second.down.leaving.empty()
                              && found->second.down.leaving.front().first <= now;) {
      found->second.down.queued -= found->second.down.leaving.front().second;
      found->second.down.leaving.pop_front();
      server_->drained(now, guest_id{id}, found->second.down.queued);
    }
    for (auto found = here();
         found != links_.end() && found->second.alive && found->second.reads > 0
         && !found->second.up.flying.empty() && found->second.up.flying.front().first <= now;
         found = here()) {
      auto message = std::move(found->second.up.flying.front().second);
      found->second.up.flying.pop_front();
      --found->second.reads;
      server_->handle_message(now, guest_id{id}, std::move(message));
      drive_server();
    }
    for (auto found = here(); found != links_.end() && !found->second.down.flying.empty()
                              && found->second.down.flying.front().first <= now;
         found = here()) {
      auto message = std::move(found->second.down.flying.front().second);
      found->second.down.flying.pop_front();
      auto& owner = *found->second.owner;
      if (owner.link == id) {
        owner.client->handle_message(now, std::move(message));
        drive(owner);
      }
    }
    auto found = here();
    if (found != links_.end() && !found->second.alive && found->second.down.flying.empty())
      drop_link(id);
  }
}

bool relay_world::step(time_point end) {
  auto next = next_time();
  if (!next || *next > end) {
    now = end;
    return false;
  }
  now = std::max(now, *next);
  server_->handle_timeout(now);
  for (auto& which : nodes_)
    which->client->handle_timeout(now);
  deliver();
  settle();
  return true;
}

} // namespace warren::test
