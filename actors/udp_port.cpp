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

/// The packets of a batch for one receiver, as runs of neighbours: nearly always one.
struct udp_port::group {
  struct run {
    std::size_t first = 0;
    std::size_t count = 0;
  };

  caf::actor receiver;
  run first_run;
  std::vector<run> more;

  void add(std::size_t i) {
    auto& last = more.empty() ? first_run : more.back();
    if (last.first + last.count == i)
      ++last.count;
    else
      more.push_back({i, 1});
  }
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
  if (g.more.empty()) {
    send_packets(g.receiver, batch.part(g.first_run.first, g.first_run.count));
    return;
  }
  auto selection = std::make_shared<picked>();
  selection->origin = batch;
  auto pick = [&](const group::run& r) {
    auto chosen = batch.packets().subspan(r.first, r.count);
    selection->packets.insert(selection->packets.end(), chosen.begin(), chosen.end());
  };
  pick(g.first_run);
  std::ranges::for_each(g.more, pick);
  std::span<const net::packet> view{selection->packets};
  send_packets(g.receiver, net::packet_batch{std::move(selection), view});
}

void udp_port::deliver(const net::packet_batch& batch) {
  std::vector<group> groups;
  {
    std::lock_guard guard{mutex_};
    std::optional<std::uint32_t> last_stream; // its packets come in trains: looked up once for each
    std::size_t last_group = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      auto stream = udx::stream_id_of(batch.packets()[i].payload);
      if (stream && stream == last_stream) {
        groups[last_group].add(i);
        continue;
      }
      auto receiver = receiver_of(batch.packets()[i]);
      if (!receiver)
        continue;
      auto g =
          std::find_if(groups.begin(), groups.end(), [&](const group& x) { return x.receiver == receiver; });
      if (g == groups.end())
        g = groups.insert(groups.end(), group{std::move(receiver), {i, 0}, {}});
      g->add(i);
      last_stream = stream;
      last_group = static_cast<std::size_t>(g - groups.begin());
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
