#include "actors/udp_port.hpp"

#include "messages/udx_packet.hpp"

namespace warren {

namespace {

// DESIGN section 3: the first octet of a datagram names its protocol. UDX's is looked at with the stream's id (stream_id_of).
constexpr std::byte krpc_octet{'d'};
constexpr std::byte control_octet{0x57};

/// Packets picked out of a batch, which they keep alive.
struct picked {
  net::packet_batch origin;
  std::vector<net::packet> packets;
};

} // namespace

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
  streams_[local_id].receiver = std::move(receiver);
}

void udp_port::detach(std::uint32_t local_id) {
  std::lock_guard guard{mutex_};
  streams_.erase(local_id);
}

caf::actor udp_port::receiver_of(std::uint32_t local_id) {
  std::lock_guard guard{mutex_};
  auto found = streams_.find(local_id);
  return found == streams_.end() ? nullptr : found->second.receiver;
}

void udp_port::clear() {
  std::lock_guard guard{mutex_};
  krpc_.receiver = nullptr;
  control_.receiver = nullptr;
  streams_.clear();
}

// -- on the reading thread, under the mutex -----------------------------------------------------------------------------

/// `stream`: what stream_id_of tells of it. Null, and counted, where there is nobody.
udp_port::destination* udp_port::destination_of(byte_view datagram, std::optional<std::uint32_t> stream) {
  if (stream) {
    auto found = streams_.find(*stream);
    if (found != streams_.end())
      return &found->second;
    ++unknown_stream_;
    return nullptr;
  }
  auto kind = datagram.empty() ? std::byte{0} : datagram.front();
  if (kind != krpc_octet && kind != control_octet) {
    ++garbage_;
    return nullptr;
  }
  auto& to = kind == krpc_octet ? krpc_ : control_;
  if (to.receiver)
    return &to;
  ++nobody_listens_;
  return nullptr;
}

udp_port::group& udp_port::group_of(destination& to) {
  if (to.group < groups_.size() && groups_[to.group].of == &to)
    return groups_[to.group];
  to.group = groups_.size();
  return groups_.emplace_back(group{&to, to.receiver, to.copies.get()});
}

void udp_port::add(group& to, std::size_t packet) {
  ++to.packets;
  if (to.runs > 0 && runs_[to.last_run].first + runs_[to.last_run].count == packet) {
    ++runs_[to.last_run].count;
    return;
  }
  auto added = runs_.size();
  runs_.push_back({packet, 1});
  (to.runs == 0 ? to.first_run : runs_[to.last_run].next) = added;
  to.last_run = added;
  ++to.runs;
}

void udp_port::group_packets(const net::packet_batch& batch) {
  std::optional<std::uint32_t> last_stream; // its packets come in trains: looked up once for each
  group* last_group = nullptr;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto datagram = batch.packets()[i].payload;
    auto stream = udx::stream_id_of(datagram);
    if (!stream || stream != last_stream) {
      auto to = destination_of(datagram, stream);
      if (to == nullptr)
        continue;
      last_group = &group_of(*to);
      last_stream = stream;
    }
    add(*last_group, i);
  }
}

// -- on the reading thread ----------------------------------------------------------------------------------------------

std::vector<net::packet> udp_port::packets_of(const group& g, const net::packet_batch& batch) const {
  std::vector<net::packet> result;
  result.reserve(g.packets);
  for (auto at = g.first_run; result.size() < g.packets; at = runs_[at].next) {
    auto chosen = batch.packets().subspan(runs_[at].first, runs_[at].count);
    result.insert(result.end(), chosen.begin(), chosen.end());
  }
  return result;
}

net::packet_batch udp_port::part_of(const group& g, const net::packet_batch& batch) const {
  if (g.runs == 1)
    return batch.part(runs_[g.first_run].first, g.packets);
  auto selection = std::make_shared<picked>(picked{batch, packets_of(g, batch)});
  std::span<const net::packet> view{selection->packets};
  return {std::move(selection), view};
}

void udp_port::send_group(const group& g, const net::packet_batch& batch) {
  auto packets = g.copies ? g.copies->take(packets_of(g, batch))
                          : std::make_shared<const net::packet_batch>(part_of(g, batch));
  if (packets)
    act::anon_mail(packets_arrived{std::move(packets)}).send(g.receiver);
}

void udp_port::deliver(const net::packet_batch& batch) {
  {
    std::lock_guard guard{mutex_};
    group_packets(batch);
  }
  for (const auto& g : groups_)
    send_group(g, batch);
  groups_.clear();
  runs_.clear();
}

void udp_port::count_into(counter_map& out) const {
  auto add = [&](const char* name, std::uint64_t n) {
    if (n != 0)
      out[name] += n;
  };
  add("udp.garbage", garbage_);
  add("udp.unknown_stream", unknown_stream_);
  add("udp.nobody_listens", nobody_listens_);
  add("udp.krpc_overload", krpc_.copies->dropped());
  add("udp.control_overload", control_.copies->dropped());
}

} // namespace warren
