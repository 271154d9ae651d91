#include "messages/control_packet.hpp"

#include "messages/byte_order.hpp"

namespace warren::control {

namespace {

enum class packet_type : std::uint8_t { open = 1, cookie = 2, accept = 3, refuse = 4 };

// Magic, version, type, a reserved octet, initiator id, nonce: common to all four types.
constexpr std::size_t prefix_size = 16;

// Room for any packet.
constexpr std::size_t largest_size = open_size + 2;

bytes prefix(packet_type type, std::uint8_t with_version, std::uint32_t initiator_id, const nonce& token) {
  bytes out;
  out.reserve(largest_size);
  out.push_back(magic);
  put_le(out, with_version);
  put_le(out, static_cast<std::uint8_t>(type));
  put_le(out, std::uint8_t{0});
  put_le(out, initiator_id);
  put(out, token);
  return out;
}

/// Reads the last field of open and accept, which older senders leave out.
std::uint16_t take_largest_packet(byte_reader& in) {
  return in.rest().size() < sizeof(std::uint16_t) ? std::uint16_t{0} : in.le<std::uint16_t>();
}

void put_largest_packet(bytes& out, std::uint16_t octets) {
  if (octets > 0)
    put_le(out, octets);
}

open parse_open(byte_reader& in, std::uint32_t id, const nonce& token) {
  open result{id, token, in.array<16>()};
  result.largest_packet = take_largest_packet(in);
  return result;
}

accept parse_accept(byte_reader& in, std::uint32_t id, const nonce& token) {
  accept result{id, token, in.le<std::uint32_t>()};
  result.largest_packet = take_largest_packet(in);
  return result;
}

result<packet> parse_refuse(
    byte_reader& in, std::uint8_t from_version, std::uint32_t id, const nonce& token) {
  auto reason = in.le<std::uint8_t>();
  if (!in.ok())
    return errc::truncated;
  if (reason != static_cast<std::uint8_t>(refusal::busy)
      && reason != static_cast<std::uint8_t>(refusal::other_version))
    return errc::malformed;
  return packet{refuse{id, token, static_cast<refusal>(reason), from_version}};
}

class control_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "warren.control"; }

  std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::not_control:
        return "not a control packet; another protocol on this port should have it";
      case errc::truncated:
        return "control packet cut short; it is dropped, the sender will repeat it";
      case errc::bad_version:
        return "control packet of another version; update the older of the two programs";
      case errc::unknown_type:
        return "control packet of an unknown type; update this program if the peer is newer";
      case errc::malformed:
        return "control packet with an impossible field; it is dropped";
    }
    return "unknown control packet error";
  }
};

} // namespace

std::error_code make_error_code(errc code) noexcept {
  static const control_category category;
  return {static_cast<int>(code), category};
}

result<packet> parse_packet(byte_view datagram) {
  if (datagram.empty() || datagram[0] != magic)
    return errc::not_control;
  byte_reader in{datagram.subspan(1)};
  auto from_version = in.le<std::uint8_t>();
  auto type = static_cast<packet_type>(in.le<std::uint8_t>());
  in.take(1); // reserved
  auto id = in.le<std::uint32_t>();
  auto token = in.array<8>();
  if (!in.ok())
    return errc::truncated;
  if (type == packet_type::open && datagram.size() < open_size)
    return errc::truncated;
  // A refusal is understood from any version: it is how versions learn of each other.
  if (type == packet_type::refuse)
    return parse_refuse(in, from_version, id, token);
  if (from_version != version) {
    if (type == packet_type::open)
      return packet{foreign_open{from_version, id, token}};
    return errc::bad_version;
  }
  packet parsed;
  switch (type) {
    case packet_type::open:
      parsed = parse_open(in, id, token);
      break;
    case packet_type::cookie:
      parsed = cookie{id, token, in.array<16>()};
      break;
    case packet_type::accept:
      parsed = parse_accept(in, id, token);
      break;
    default:
      return errc::unknown_type;
  }
  if (!in.ok())
    return errc::truncated;
  return parsed;
}

bytes encode(const open& value) {
  auto out = prefix(packet_type::open, version, value.initiator_id, value.token);
  put(out, value.cookie);
  put_largest_packet(out, value.largest_packet);
  return out;
}

bytes encode(const cookie& value) {
  auto out = prefix(packet_type::cookie, version, value.initiator_id, value.token);
  put(out, value.value);
  return out;
}

bytes encode(const accept& value) {
  auto out = prefix(packet_type::accept, version, value.initiator_id, value.token);
  put_le(out, value.responder_id);
  put_largest_packet(out, value.largest_packet);
  return out;
}

bytes encode(const refuse& value) {
  auto out = prefix(packet_type::refuse, value.version, value.initiator_id, value.token);
  put_le(out, static_cast<std::uint8_t>(value.reason));
  return out;
}

} // namespace warren::control
