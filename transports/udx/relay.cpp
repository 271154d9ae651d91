#include "transports/udx/relay.hpp"

namespace warren::udx {

namespace {

constexpr std::size_t type_at = 2;

} // namespace

std::optional<relay_side> relay::leg_of(byte_view datagram) const noexcept {
  auto id = stream_id_of(datagram);
  for (auto side : {relay_side::a, relay_side::b})
    if (id == leg(side).local_id)
      return side;
  return std::nullopt;
}

std::optional<relay_transmit> relay::handle_packet(
    const endpoint& from, std::span<std::byte> datagram) noexcept {
  auto refused = [](std::uint64_t& counter) {
    ++counter;
    return std::nullopt;
  };
  if (!stream_id_of(datagram))
    return refused(counters_.malformed);
  auto in = leg_of(datagram);
  if (!in)
    return refused(counters_.unknown_stream);
  if (closed_)
    return refused(counters_.after_close);
  if (!is_connected(*in))
    return refused(counters_.unconnected);
  if (from != leg(*in).remote)
    return refused(counters_.wrong_source);
  closed_ = (std::to_integer<std::uint8_t>(datagram[type_at]) & packet_type::destroy) != 0;
  auto out = *in == relay_side::a ? relay_side::b : relay_side::a;
  if (!is_connected(out))
    return refused(counters_.unconnected);
  write_stream_id(datagram, leg(out).remote_id);
  ++counters_.packets;
  counters_.octets += datagram.size();
  return relay_transmit{out, *leg(out).remote, datagram};
}

} // namespace warren::udx
