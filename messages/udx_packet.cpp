#include "messages/udx_packet.hpp"

namespace warren::udx {

namespace {

constexpr std::size_t stream_id_at = 4;

std::uint32_t get_u32(byte_view in, std::size_t at) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value |= std::to_integer<std::uint32_t>(in[at + i]) << (8 * i);
  return value;
}

void set_u32(std::span<std::byte> out, std::size_t at, std::uint32_t value) noexcept {
  for (std::size_t i = 0; i < 4; ++i)
    out[at + i] = static_cast<std::byte>(value >> (8 * i));
}

bool looks_like_udx(byte_view datagram) noexcept {
  return datagram.size() >= header_size && datagram[0] == magic && datagram[1] == wire_version;
}

} // namespace

byte_view packet::sack_area() const noexcept {
  if (!header.has(packet_type::sack))
    return {};
  return header.data_offset > 0 && header.data_offset < body_.size() ? extension : body_;
}

std::optional<packet> parse_packet(byte_view datagram) noexcept {
  if (!looks_like_udx(datagram) || datagram.size() > max_datagram_size)
    return std::nullopt;
  packet result;
  result.header.type = std::to_integer<std::uint8_t>(datagram[2]);
  result.header.data_offset = std::to_integer<std::uint8_t>(datagram[3]);
  result.header.stream_id = get_u32(datagram, stream_id_at);
  result.header.rwnd = get_u32(datagram, 8);
  result.header.seq = {get_u32(datagram, 12)};
  result.header.ack = {get_u32(datagram, 16)};
  result.body_ = datagram.subspan(header_size);
  if (result.header.data_offset > result.body_.size())
    return std::nullopt;
  result.extension = result.body_.first(result.header.data_offset);
  result.payload = result.body_.subspan(result.header.data_offset);
  return result;
}

std::optional<std::uint32_t> stream_id_of(byte_view datagram) noexcept {
  if (!looks_like_udx(datagram))
    return std::nullopt;
  return get_u32(datagram, stream_id_at);
}

void write_header(std::span<std::byte> out, const packet_header& header) noexcept {
  out[0] = magic;
  out[1] = wire_version;
  out[2] = static_cast<std::byte>(header.type);
  out[3] = static_cast<std::byte>(header.data_offset);
  set_u32(out, stream_id_at, header.stream_id);
  set_u32(out, 8, header.rwnd);
  set_u32(out, 12, header.seq.value);
  set_u32(out, 16, header.ack.value);
}

void write_stream_id(std::span<std::byte> packet, std::uint32_t id) noexcept {
  set_u32(packet, stream_id_at, id);
}

sack_block read_sack_block(byte_view area, std::size_t index) noexcept {
  auto at = index * sack_block_size;
  return {{get_u32(area, at)}, {get_u32(area, at + 4)}};
}

void write_sack_block(std::span<std::byte> area, std::size_t index, sack_block block) noexcept {
  auto at = index * sack_block_size;
  set_u32(area, at, block.start.value);
  set_u32(area, at + 4, block.end.value);
}

} // namespace warren::udx
