#include "messages/session_record.hpp"

#include <cassert>

namespace warren::session::wire {

namespace {

enum class frame_type : std::uint8_t {
  ack = 0x01,
  ping = 0x02,
  rekey = 0x03,
  admit = 0x04,
  close = 0x05,
  hand_over = 0x06,
  channel_open = 0x10,
  channel_accept = 0x11,
  channel_refuse = 0x12,
  channel_close = 0x13,
  channel_data = 0x14,
  channel_window = 0x15,
  channel_finish = 0x16,
  channel_packed = 0x17,
};

constexpr std::uint8_t end_of_message = 0x01;
constexpr std::uint8_t at_once = 0x01;

void put_type(bytes& out, frame_type type) {
  put_be(out, static_cast<std::uint8_t>(type));
}

void put_channel(bytes& out, frame_type type, std::uint32_t channel) {
  put_type(out, type);
  put_be(out, channel);
}

struct frame_writer {
  bytes& out;

  void operator()(const ack& f) const {
    put_type(out, frame_type::ack);
    put_be(out, f.next);
    put_be(out, f.delay);
  }
  void operator()(const ping&) const { put_type(out, frame_type::ping); }
  void operator()(const rekey&) const { put_type(out, frame_type::rekey); }
  void operator()(const admit&) const { put_type(out, frame_type::admit); }
  void operator()(const close& f) const {
    put_type(out, frame_type::close);
    put_be(out, f.reason);
    put_be(out, f.at_once ? at_once : std::uint8_t{0});
  }
  void operator()(const hand_over& f) const {
    put_type(out, frame_type::hand_over);
    put_be(out, f.epoch);
  }
  void operator()(const channel_open& f) const {
    put_channel(out, frame_type::channel_open, f.sender_channel);
    warren::put(out, f.proof);
    put_be(out, f.window);
  }
  void operator()(const channel_accept& f) const {
    put_channel(out, frame_type::channel_accept, f.channel);
    put_be(out, f.sender_channel);
    warren::put(out, f.proof);
    put_be(out, f.window);
  }
  void operator()(const channel_refuse& f) const { put_channel(out, frame_type::channel_refuse, f.channel); }
  void operator()(const channel_close& f) const { put_channel(out, frame_type::channel_close, f.channel); }
  void operator()(const channel_data& f) const {
    put_header(out, f);
    warren::put(out, f.content);
  }
  void operator()(const channel_window& f) const {
    put_channel(out, frame_type::channel_window, f.channel);
    put_be(out, f.increment);
  }
  void operator()(const channel_finish& f) const { put_channel(out, frame_type::channel_finish, f.channel); }
  void operator()(const channel_packed& f) const {
    put_channel(out, frame_type::channel_packed, f.channel);
    put_be(out, f.size);
    put_be(out, f.packed);
  }
};

std::optional<frame> take_close(byte_reader& text) {
  auto reason = text.be<std::uint16_t>();
  auto flags = text.be<std::uint8_t>();
  if (flags > at_once)
    return std::nullopt;
  return close{reason, flags == at_once};
}

std::optional<frame> take_channel_data(byte_reader& text) {
  channel_data result;
  result.channel = text.be<std::uint32_t>();
  auto flags = text.be<std::uint8_t>();
  result.end = flags == end_of_message;
  result.content = text.take(text.be<std::uint16_t>());
  // Unknown flags are refused: nobody may send what this version does not know.
  if (flags > end_of_message)
    return std::nullopt;
  return result;
}

std::optional<frame> take_body(frame_type type, byte_reader& text) {
  switch (type) {
    case frame_type::ack: {
      auto next = text.be<std::uint64_t>();
      return ack{next, text.be<std::uint32_t>()};
    }
    case frame_type::ping:
      return ping{};
    case frame_type::rekey:
      return rekey{};
    case frame_type::admit:
      return admit{};
    case frame_type::close:
      return take_close(text);
    case frame_type::hand_over:
      return hand_over{text.be<std::uint32_t>()};
    case frame_type::channel_open: {
      auto channel = text.be<std::uint32_t>();
      auto proof = text.array<32>();
      return channel_open{channel, proof, text.be<std::uint32_t>()};
    }
    case frame_type::channel_accept: {
      auto channel = text.be<std::uint32_t>();
      auto sender_channel = text.be<std::uint32_t>();
      auto proof = text.array<32>();
      return channel_accept{channel, sender_channel, proof, text.be<std::uint32_t>()};
    }
    case frame_type::channel_refuse:
      return channel_refuse{text.be<std::uint32_t>()};
    case frame_type::channel_close:
      return channel_close{text.be<std::uint32_t>()};
    case frame_type::channel_data:
      return take_channel_data(text);
    case frame_type::channel_window: {
      auto channel = text.be<std::uint32_t>();
      return channel_window{channel, text.be<std::uint32_t>()};
    }
    case frame_type::channel_finish:
      return channel_finish{text.be<std::uint32_t>()};
    case frame_type::channel_packed: {
      auto channel = text.be<std::uint32_t>();
      auto octets = text.be<std::uint32_t>();
      return channel_packed{channel, octets, text.be<std::uint32_t>()};
    }
  }
  return std::nullopt;
}

template <class T>
std::optional<T> if_done(const byte_reader& reader, const T& value) {
  return reader.done() ? std::optional<T>{value} : std::nullopt;
}

} // namespace

void put_pipe_header(bytes& out, pipe_frame_kind kind, std::size_t body_size) {
  assert(body_size + 1 <= max_pipe_frame);
  put_be(out, static_cast<std::uint16_t>(body_size + 1));
  put_be(out, static_cast<std::uint8_t>(kind));
}

void put(bytes& out, const resume_request& value) {
  put_pipe_header(out, pipe_frame_kind::resume_request, 16 + 16 + 32);
  warren::put(out, value.session);
  warren::put(out, value.nonce);
  warren::put(out, value.proof);
}

void put(bytes& out, const resume_challenge& value) {
  put_pipe_header(out, pipe_frame_kind::resume_challenge, 16 + 8 + 32);
  warren::put(out, value.nonce);
  put_be(out, value.next);
  warren::put(out, value.proof);
}

void put(bytes& out, const resume_confirm& value) {
  put_pipe_header(out, pipe_frame_kind::resume_confirm, 8 + 32);
  put_be(out, value.next);
  warren::put(out, value.proof);
}

std::optional<resume_request> decode_resume_request(byte_view body) {
  byte_reader reader{body};
  resume_request result;
  result.session = reader.array<16>();
  result.nonce = reader.array<16>();
  result.proof = reader.array<32>();
  return if_done(reader, result);
}

std::optional<resume_challenge> decode_resume_challenge(byte_view body) {
  byte_reader reader{body};
  resume_challenge result;
  result.nonce = reader.array<16>();
  result.next = reader.be<std::uint64_t>();
  result.proof = reader.array<32>();
  return if_done(reader, result);
}

std::optional<resume_confirm> decode_resume_confirm(byte_view body) {
  byte_reader reader{body};
  resume_confirm result;
  result.next = reader.be<std::uint64_t>();
  result.proof = reader.array<32>();
  return if_done(reader, result);
}

void put(bytes& out, const handshake_payload& value) {
  put_be(out, version);
  put_be(out, value.features);
  put_be(out, value.instance);
  warren::put(out, value.peer.octets);
  warren::put(out, value.proof);
}

std::optional<std::uint8_t> payload_version(byte_view payload) {
  if (payload.empty())
    return std::nullopt;
  return std::to_integer<std::uint8_t>(payload.front());
}

std::optional<handshake_payload> decode_handshake_payload(byte_view payload) {
  byte_reader reader{payload};
  auto found = reader.be<std::uint8_t>();
  handshake_payload result;
  result.features = reader.be<std::uint32_t>();
  result.instance = reader.be<std::uint64_t>();
  result.peer.octets = reader.array<32>();
  result.proof = reader.array<64>();
  if (found != version)
    return std::nullopt;
  return if_done(reader, result);
}

void put(bytes& out, const frame& value) {
  std::visit(frame_writer{out}, value);
}

void put_header(bytes& out, const channel_data& value) {
  assert(value.content.size() <= 0xffff);
  put_channel(out, frame_type::channel_data, value.channel);
  put_be(out, value.end ? end_of_message : std::uint8_t{0});
  put_be(out, static_cast<std::uint16_t>(value.content.size()));
}

std::optional<frame> take_frame(byte_reader& text) {
  auto type = static_cast<frame_type>(text.be<std::uint8_t>());
  auto result = take_body(type, text);
  return text.ok() ? result : std::nullopt;
}

} // namespace warren::session::wire
