#include "messages/relay_frame.hpp"

#include "messages/byte_order.hpp"

#include <algorithm>
#include <cassert>

namespace warren::relay {

namespace {

class category final : public std::error_category {
public:
  const char* name() const noexcept override { return "warren.relay.frame"; }

  std::string message(int value) const override {
    switch (static_cast<frame_errc>(value)) {
      case frame_errc::empty:
        return "empty relay frame";
      case frame_errc::oversized:
        return "relay frame or field above its limit";
      case frame_errc::unknown_type:
        return "relay frame of unknown type: the other side may be of a newer version";
      case frame_errc::truncated:
        return "relay frame ends early";
      case frame_errc::trailing_octets:
        return "relay frame goes on after its last field";
      case frame_errc::bad_value:
        return "relay frame with a value out of range";
    }
    return "unknown relay frame error";
  }
};

// --- reading -----------------------------------------------------------------------------------------------------------

/// Reads fields; `bad` is set by the first value out of range.
class field_reader : public byte_reader {
public:
  using byte_reader::byte_reader;

  peer_id peer() { return {array<peer_id::size>()}; }

  blinded_topic topic() { return {array<blinded_topic::size>()}; }

  /// One length octet, then that many.
  byte_view short_octets() { return take(be<std::uint8_t>()); }

  bool flag() {
    auto value = be<std::uint8_t>();
    check(value <= 1);
    return value == 1;
  }

  template <class Enum>
  Enum one_of(Enum last) {
    auto value = be<std::uint8_t>();
    check(value >= 1 && value <= static_cast<std::uint8_t>(last));
    return static_cast<Enum>(value);
  }

  /// The rest, 1 to `limit` octets.
  byte_view payload(std::size_t limit) {
    oversized_ = oversized_ || rest().size() > limit;
    auto all = take(rest().size());
    check(!all.empty());
    return all;
  }

  void check(bool holds) { bad_ = bad_ || !holds; }

  result<frame> finish(frame value) const {
    if (!ok())
      return frame_errc::truncated;
    if (oversized_)
      return frame_errc::oversized;
    if (bad_)
      return frame_errc::bad_value;
    if (!done())
      return frame_errc::trailing_octets;
    return value;
  }

private:
  bool bad_ = false;
  bool oversized_ = false;
};

limits read_limits(field_reader& in) {
  limits read;
  read.rate = in.be<std::uint32_t>();
  read.queue = in.be<std::uint32_t>();
  read.topics = in.be<std::uint16_t>();
  read.heartbeat_ms = in.be<std::uint32_t>();
  return read;
}

frame read_auth(field_reader& in) {
  auth read;
  read.version = in.be<std::uint8_t>();
  read.peer = in.peer();
  read.proof = in.array<64>();
  read.host = as_text(in.short_octets());
  read.token = secret_bytes{in.short_octets()};
  return read;
}

frame read_members(field_reader& in) {
  members read;
  read.topic = in.topic();
  read.last = in.flag();
  std::size_t count = in.be<std::uint16_t>();
  in.check(count <= members_per_page);
  // Memory is taken for what is there, not for what is claimed.
  read.peers.reserve(std::min({count, members_per_page, in.rest().size() / peer_id::size}));
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    read.peers.push_back(in.peer());
  return read;
}

frame read_handshake(frame_type type, field_reader& in) {
  switch (type) {
    case frame_type::challenge: {
      auto version = in.be<std::uint8_t>();
      auto random = in.array<32>();
      return challenge{version, random, in.be<std::uint64_t>()};
    }
    case frame_type::auth:
      return read_auth(in);
    case frame_type::welcome:
      return welcome{read_limits(in)};
    default: {
      auto code = in.one_of(refusal::shutting_down);
      return error{code, std::string{as_text(in.short_octets())}};
    }
  }
}

frame read_presence(frame_type type, field_reader& in) {
  switch (type) {
    case frame_type::join:
      return join{in.topic()};
    case frame_type::leave:
      return leave{in.topic()};
    case frame_type::members:
      return read_members(in);
    case frame_type::presence: {
      auto where = in.topic();
      auto who = in.peer();
      return presence{where, who, in.flag()};
    }
    default:
      return gone{in.peer()};
  }
}

frame read_circuit(frame_type type, field_reader& in) {
  auto peer = in.peer();
  if (type == frame_type::signal)
    return signal{peer, in.payload(largest_signal)};
  auto id = in.be<std::uint64_t>();
  switch (type) {
    case frame_type::open:
      return open{peer, id};
    case frame_type::data:
      return data{peer, id, in.payload(largest_payload)};
    case frame_type::credit:
      return credit{peer, id, in.be<std::uint32_t>()};
    case frame_type::reset:
      return reset{peer, id, in.one_of(circuit_reason::link_lost)};
    default:
      return unreachable{peer, id};
  }
}

// --- writing -----------------------------------------------------------------------------------------------------------

void put_short(bytes& out, byte_view octets, [[maybe_unused]] std::size_t limit) {
  assert(octets.size() <= limit);
  put_be(out, static_cast<std::uint8_t>(octets.size()));
  put(out, octets);
}

template <class Frame>
void put_circuit(bytes& out, const Frame& value) {
  put(out, value.peer.octets);
  put_be(out, value.circuit);
}

void write(bytes& out, const challenge& value) {
  put_be(out, value.version);
  put(out, value.random);
  put_be(out, value.time_ms);
}

void write(bytes& out, const auth& value) {
  put_be(out, value.version);
  put(out, value.peer.octets);
  put(out, value.proof);
  put_short(out, as_byte_view(value.host), largest_host);
  put_short(out, value.token.view(), largest_token);
}

void write(bytes& out, const welcome& value) {
  put_be(out, value.limit.rate);
  put_be(out, value.limit.queue);
  put_be(out, value.limit.topics);
  put_be(out, value.limit.heartbeat_ms);
}

void write(bytes& out, const error& value) {
  put_be(out, static_cast<std::uint8_t>(value.code));
  put_short(out, as_byte_view(value.text), largest_text);
}

void write(bytes& out, const join& value) {
  put(out, value.topic.octets);
}

void write(bytes& out, const leave& value) {
  put(out, value.topic.octets);
}

void write(bytes& out, const members& value) {
  assert(value.peers.size() <= members_per_page);
  put(out, value.topic.octets);
  put_be(out, static_cast<std::uint8_t>(value.last));
  put_be(out, static_cast<std::uint16_t>(value.peers.size()));
  for (const auto& peer : value.peers)
    put(out, peer.octets);
}

void write(bytes& out, const presence& value) {
  put(out, value.topic.octets);
  put(out, value.peer.octets);
  put_be(out, static_cast<std::uint8_t>(value.joined));
}

void write(bytes& out, const open& value) {
  put_circuit(out, value);
}

void write(bytes& out, const data& value) {
  assert(!value.payload.empty() && value.payload.size() <= largest_payload);
  put_circuit(out, value);
  put(out, value.payload);
}

void write(bytes& out, const credit& value) {
  put_circuit(out, value);
  put_be(out, value.octets);
}

void write(bytes& out, const reset& value) {
  put_circuit(out, value);
  put_be(out, static_cast<std::uint8_t>(value.reason));
}

void write(bytes& out, const unreachable& value) {
  put_circuit(out, value);
}

void write(bytes& out, const gone& value) {
  put(out, value.peer.octets);
}

void write(bytes& out, const signal& value) {
  assert(!value.payload.empty() && value.payload.size() <= largest_signal);
  put(out, value.peer.octets);
  put(out, value.payload);
}

void write(bytes& out, const ping& value) {
  put_be(out, value.id);
}

void write(bytes& out, const pong& value) {
  put_be(out, value.id);
}

} // namespace

const std::error_category& frame_category() noexcept {
  static const category instance;
  return instance;
}

result<frame> decode(byte_view message) {
  if (message.empty())
    return frame_errc::empty;
  if (message.size() > largest_frame)
    return frame_errc::oversized;
  field_reader in{message};
  auto type = static_cast<frame_type>(in.be<std::uint8_t>());
  switch (type) {
    case frame_type::challenge:
    case frame_type::auth:
    case frame_type::welcome:
    case frame_type::error: {
      auto value = read_handshake(type, in);
      return in.finish(std::move(value));
    }
    case frame_type::join:
    case frame_type::leave:
    case frame_type::members:
    case frame_type::presence:
    case frame_type::gone: {
      auto value = read_presence(type, in);
      return in.finish(std::move(value));
    }
    case frame_type::open:
    case frame_type::data:
    case frame_type::credit:
    case frame_type::reset:
    case frame_type::unreachable:
    case frame_type::signal: {
      auto value = read_circuit(type, in);
      return in.finish(std::move(value));
    }
    case frame_type::ping: {
      ping value{in.be<std::uint64_t>()};
      return in.finish(value);
    }
    case frame_type::pong: {
      pong value{in.be<std::uint64_t>()};
      return in.finish(value);
    }
  }
  return frame_errc::unknown_type;
}

bytes encode(const frame& value) {
  // In the order of the variant.
  static constexpr frame_type types[] = {
      frame_type::challenge,   frame_type::auth,  frame_type::welcome, frame_type::error,
      frame_type::join,        frame_type::leave, frame_type::members, frame_type::presence,
      frame_type::open,        frame_type::data,  frame_type::credit,  frame_type::reset,
      frame_type::unreachable, frame_type::gone,  frame_type::signal,  frame_type::ping,
      frame_type::pong,
  };
  static_assert(std::size(types) == std::variant_size_v<frame>);
  bytes out;
  std::visit(
      [&](const auto& concrete) {
        // Every frame but data, members and auth fits without growing twice.
        if (auto part = std::get_if<data>(&value))
          out.reserve(data_header + part->payload.size());
        else
          out.reserve(data_header + 64);
        put_be(out, static_cast<std::uint8_t>(types[value.index()]));
        write(out, concrete);
      },
      value);
  return out;
}

void readdress(std::span<std::byte> message, const peer_id& peer) {
  assert(message.size() > peer_id::size);
  std::copy(peer.octets.begin(), peer.octets.end(), message.begin() + 1);
}

bytes auth_message(const nonce& random, const peer_id& guest, std::string_view host) {
  auto out = to_bytes("warren relay auth 1");
  put(out, random);
  put(out, guest.octets);
  put(out, as_byte_view(host));
  return out;
}

} // namespace warren::relay
