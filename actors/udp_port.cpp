#include "actors/udp_port.hpp"

#include "messages/udx_packet.hpp"

#include <algorithm>
#include <vector>

namespace warren {

namespace {

// DESIGN section 3: the first octet of a datagram names its protocol.
constexpr std::byte krpc_octet{'d'};
constexpr std::byte udx_octet{0xff};
constexpr std::byte control_octet{0x57};

/// Packets picked out of a batch, which they keep alive.
struct picked {
  net::packet_batch origin;
  std::vector<net::packet> packets;
};

void send_packets(const caf::actor& to, net::packet_batch packets) {
  auto shared = std::make_shared<const net::packet_batch>(std::move(packets));
  act::anon_mail(packets_arrived{std::move(shared)}).send(to);
}

} // namespace

struct udp_port::group {
  caf::actor receiver;
  std::vector<std::size_t> members; // indices into the batch, ascending
};

udp_port::udp_port(std::shared_ptr<datagram_sender> sender) : sender_{std::move(sender)} {
  // nop
}

void udp_port::krpc_to(caf::actor receiver) {
  std::lock_guard guard{mutex_};
  krpc_ = std::move(receiver);
}

void udp_port::control_to(caf::actor receiver) {
  std::lock_guard guard{mutex_};
  control_ = std::move(receiver);
}

void udp_port::attach(std::uint32_t local_id, caf::actor receiver) {
  std::lock_guard guard{mutex_};
  streams_[local_id] = std::move(receiver);
}

void udp_port::detach(std::uint32_t local_id) {
  std::lock_guard guard{mutex_};
  streams_.erase(local_id);
}

void udp_port::clear() {
  std::lock_guard guard{mutex_};
  krpc_ = nullptr;
  control_ = nullptr;
  streams_.clear();
}

caf::actor udp_port::receiver_of(const net::packet& packet) {
  auto kind = packet.payload.empty() ? std::byte{0} : packet.payload.front();
  if (kind == krpc_octet || kind == control_octet) {
    const auto& receiver = kind == krpc_octet ? krpc_ : control_;
    if (!receiver)
      ++nobody_listens_;
    return receiver;
  }
  auto id = kind == udx_octet ? udx::stream_id_of(packet.payload) : std::nullopt;
  if (!id) {
    ++garbage_;
    return nullptr;
  }
  auto found = streams_.find(*id);
  if (found == streams_.end()) {
    ++unknown_stream_;
    return nullptr;
  }
  return found->second;
}

void udp_port::send_group(group& g, const net::packet_batch& batch) {
  auto first = g.members.front();
  if (g.members.back() - first + 1 == g.members.size()) {
    send_packets(g.receiver, batch.part(first, g.members.size()));
    return;
  }
  auto selection = std::make_shared<picked>();
  selection->origin = batch;
  selection->packets.reserve(g.members.size());
  for (auto i : g.members)
    selection->packets.push_back(batch.packets()[i]);
  std::span<const net::packet> view{selection->packets};
  send_packets(g.receiver, net::packet_batch{std::move(selection), view});
}

void udp_port::deliver(const net::packet_batch& batch) {
  std::vector<group> groups;
  {
    std::lock_guard guard{mutex_};
    for (std::size_t i = 0; i < batch.size(); ++i) {
      auto receiver = receiver_of(batch.packets()[i]);
      if (!receiver)
        continue;
      auto g =
          std::find_if(groups.begin(), groups.end(), [&](const group& x) { return x.receiver == receiver; });
      if (g == groups.end())
        g = groups.insert(groups.end(), group{std::move(receiver), {}});
      g->members.push_back(i);
    }
  }
  for (auto& g : groups)
    send_group(g, batch);
}

void udp_port::count_into(counter_map& out) const {
  auto add = [&](const char* name, const std::atomic<std::uint64_t>& value) {
    if (auto n = value.load())
      out[name] += n;
  };
  add("udp.garbage", garbage_);
  add("udp.unknown_stream", unknown_stream_);
  add("udp.nobody_listens", nobody_listens_);
}

} // namespace warren
