#include "crdt_bridge/graph_item.hpp"

#include "crdt_bridge/errc.hpp"
#include "crdt_bridge/node_json.hpp"
#include "messages/byte_order.hpp"

#include <bit>
#include <blake2.h>
#include <cmath>
#include <limits>

namespace warren::crdt {

namespace {

constexpr std::uint8_t layout = 0x01;

} // namespace

bytes encode_field(const field_write& write) {
  bytes out;
  out.reserve(13 + write.soul.size() + write.field.size() + write.value.size());
  put_be(out, layout);
  put_be(out, std::bit_cast<std::uint64_t>(write.state == 0 ? 0.0 : write.state));
  put_be(out, static_cast<std::uint16_t>(write.soul.size()));
  put(out, as_byte_view(write.soul));
  put_be(out, static_cast<std::uint16_t>(write.field.size()));
  put(out, as_byte_view(write.field));
  put(out, as_byte_view(write.value));
  return out;
}

item make_item(const field_write& write) {
  auto payload = encode_field(write);
  auto id = id_of(payload);
  return {{timestamp_of(write.state), id}, std::move(payload)};
}

result<field_write> decode_field(byte_view payload) {
  byte_reader reader{payload};
  auto found_layout = reader.be<std::uint8_t>();
  auto state_bits = reader.be<std::uint64_t>();
  field_write write;
  write.soul = as_text(reader.take(reader.be<std::uint16_t>()));
  write.field = as_text(reader.take(reader.be<std::uint16_t>()));
  if (!reader.ok() || found_layout != layout)
    return errc::malformed_item;
  write.state = std::bit_cast<double>(state_bits);
  if (!std::isfinite(write.state) || (write.state == 0 && std::signbit(write.state)))
    return errc::invalid_state;
  write.value = as_text(reader.rest());
  return write;
}

std::error_code check_item(const item& candidate, const graph_limits& limits) {
  auto write = decode_field(candidate.payload);
  if (!write)
    return write.error();
  if (auto why = check_soul(write->soul, limits))
    return why;
  if (auto why = check_field(write->field, limits))
    return why;
  if (write->value.size() > limits.max_value)
    return errc::value_too_large;
  auto value = canonical_value(write->value, limits);
  if (!value)
    return value.error();
  if (*value != write->value)
    return errc::malformed_item;
  if (candidate.key.timestamp != timestamp_of(write->state) || candidate.key.id != id_of(candidate.payload))
    return errc::wrong_id;
  return {};
}

item_id id_of(byte_view payload) {
  item_id id;
  blake2b(as_u8(std::span{id.octets}), payload.data(), nullptr, item_id::size, payload.size(), 0);
  return id;
}

std::uint64_t timestamp_of(double state) noexcept {
  if (state <= 0)
    return 0;
  if (state >= 0x1p63)
    return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::uint64_t>(state);
}

} // namespace warren::crdt
