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

} // namespace

/// The packets of a batch for one receiver, as runs of neighbours: nearly always one.
struct udp_port::group {
  struct run {
    std::size_t first = 0;
    std::size_t count = 0;
  };

  destination to;
  run first_run;
  std::vector<run> more;

  void add(std::size_t i) {
    auto& last = more.empty() ? first_run : more.back();
    if (last.first + last.count == i)
      ++last.count;
    else
      more.push_back({i, 1});
  }

  std::vector<net::packet> packets_of(const net::packet_batch& batch) const;
  net::packet_batch part_of(const net::packet_batch& batch) const;
};

udp_port::udp_port(std::shared_ptr<datagram_sender> sender) : sender_{std::move(sender)} {
  // nop
}

void udp_port::krpc_to(caf::actor receiver) {
  std::lock_guard guard{mutex_};
  krpc_.receiver = std::move(receiver);
}

void udp_port::control_to(caf::actor receiver) {
  std::lock_guard guard{mutex_};
  control_.receiver = std::move(receiver);
}

void udp_port::attach(std::uint32_t local_id, caf::actor receiver) {
  std::lock_guard guard{mutex_};
  streams_[local_id] = std::move(receiver);
}

void udp_port::detach(std::uint32_t local_id) {
  std::lock_guard guard{mutex_};
  streams_.erase(local_id);
}

caf::actor udp_port::receiver_of(std::uint32_t local_id) {
  std::lock_guard guard{mutex_};
  auto found = streams_.find(local_id);
  return found == streams_.end() ? nullptr : found->second;
}

void udp_port::clear() {
  std::lock_guard guard{mutex_};
  krpc_.receiver = nullptr;
  control_.receiver = nullptr;
  streams_.clear();
}

udp_port::destination udp_port::destination_of(const net::packet& packet) {
  auto kind = packet.payload.empty() ? std::byte{0} : packet.payload.front();
  if (kind == krpc_octet || kind == control_octet) {
    auto& to = kind == krpc_octet ? krpc_ : control_;
    if (!to.receiver)
      ++nobody_listens_;
    return {to.receiver, &to};
  }
  auto id = kind == udx_octet ? udx::stream_id_of(packet.payload) : std::nullopt;
  if (!id) {
    ++garbage_;
    return {};
  }
  auto found = streams_.find(*id);
  if (found == streams_.end()) {
    ++unknown_stream_;
    return {};
  }
  return {found->second};
}

std::vector<net::packet> udp_port::group::packets_of(const net::packet_batch& batch) const {
  std::vector<net::packet> result;
  auto add = [&](const run& r) {
    auto chosen = batch.packets().subspan(r.first, r.count);
    result.insert(result.end(), chosen.begin(), chosen.end());
  };
  add(first_run);
  std::ranges::for_each(more, add);
  return result;
}

net::packet_batch udp_port::group::part_of(const net::packet_batch& batch) const {
  if (more.empty())
    return batch.part(first_run.first, first_run.count);
  auto selection = std::make_shared<picked>(picked{batch, packets_of(batch)});
  std::span<const net::packet> view{selection->packets};
  return {std::move(selection), view};
}

void udp_port::send_group(const group& g, const net::packet_batch& batch) {
  auto packets = g.to.through ? g.to.through->copies.take(g.packets_of(batch))
                              : std::make_shared<const net::packet_batch>(g.part_of(batch));
  if (packets)
    act::anon_mail(packets_arrived{std::move(packets)}).send(g.to.receiver);
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
      auto to = destination_of(batch.packets()[i]);
      if (!to.receiver)
        continue;
      auto g = std::ranges::find_if(
          groups, [&](const group& x) { return x.to.receiver == to.receiver && x.to.through == to.through; });
      if (g == groups.end())
        g = groups.insert(groups.end(), group{to, {i, 0}, {}});
      g->add(i);
      last_stream = stream;
      last_group = static_cast<std::size_t>(g - groups.begin());
    }
  }
  for (const auto& g : groups)
    send_group(g, batch);
}

void udp_port::count_into(counter_map& out) const {
  auto add = [&](const char* name, std::uint64_t n) {
    if (n != 0)
      out[name] += n;
  };
  add("udp.garbage", garbage_);
  add("udp.unknown_stream", unknown_stream_);
  add("udp.nobody_listens", nobody_listens_);
  add("udp.krpc_overload", krpc_.copies.dropped());
  add("udp.control_overload", control_.copies.dropped());
}

} // namespace warren
