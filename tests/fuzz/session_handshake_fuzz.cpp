// The octets of a pipe against a responder and an initiator, and handshake payloads that decrypt but say anything, in messages 2
// and 3: nobody gets established who did not prove an identity.
#include "messages/session_record.hpp"
#include "tests/fuzz/session_fuzz.hpp"
#include "transports/noise/handshake_state.hpp"
#include "transports/session/noise_session.hpp"

#include <cstdlib>

using namespace warren;
using namespace warren::session;

namespace {

const auto responder_identity = make_identity(1);
const auto initiator_identity = make_identity(2);
const time_point now = time_point{} + std::chrono::hours{1};

noise_session make_session(role side, fixed_random& random) {
  config c;
  c.self = side == role::responder ? responder_identity : initiator_identity;
  c.local_role = side;
  noise_session s{std::move(c), random, now};
  s.attach_pipe(now, 1, side);
  s.pipe_writable(1, 1 << 20);
  return s;
}

bytes framed(byte_view noise_message) {
  bytes out;
  wire::put_pipe_header(out, wire::pipe_frame_kind::handshake, noise_message.size());
  put(out, noise_message);
  return out;
}

} // namespace

namespace {

noise::handshake_state make_state(noise::role side, const crypto::identity& self) {
  noise::handshake_config config;
  config.pattern = *noise::pattern::named("XX");
  config.role = side;
  config.prologue = to_bytes("warren/1");
  config.s = self.noise_static().copy();
  return *noise::handshake_state::make(std::move(config));
}

void require(bool condition) {
  if (!condition)
    std::abort();
}

bytes said_by(noise_session& s) {
  auto out = s.poll_transmit(now);
  require(out.has_value());
  return to_bytes(out->data.subspan(wire::pipe_header_size));
}

// What comes on the pipe; the initiator has said its first message.
void check_octets(role side, byte_view input) {
  fixed_random random;
  auto s = make_session(side, random);
  while (s.poll_transmit(now)) {
  }
  s.handle_message(now, 1, input);
  while (s.poll_transmit(now)) {
  }
  require(!s.is_established());
}

void check_message(role side, byte_view noise_message) {
  check_octets(side, framed(noise_message.first(std::min(noise_message.size(), wire::max_handshake_frame))));
}

// The payload of a second message that is otherwise good.
void check_second(byte_view payload) {
  fixed_random random;
  auto s = make_session(role::initiator, random);
  auto state = make_state(noise::role::responder, *responder_identity);
  bytes none;
  bytes second;
  require(!state.read_message(said_by(s), none) && !state.write_message(random, payload, second));
  s.handle_message(now, 1, framed(second));
  require(!s.is_established() && s.is_closed());
}

// The same of a third one.
void check_third(byte_view payload) {
  fixed_random random;
  auto s = make_session(role::responder, random);
  auto state = make_state(noise::role::initiator, *initiator_identity);
  bytes first;
  bytes peers;
  bytes third;
  require(!state.write_message(random, {}, first));
  s.handle_message(now, 1, framed(first));
  require(!state.read_message(said_by(s), peers) && !state.write_message(random, payload, third));
  s.handle_message(now, 1, framed(third));
  require(!s.is_established() && s.is_closed());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_view input = std::as_bytes(std::span{data, size});
  peek_pipe_opening(input);
  for (auto side : {role::responder, role::initiator}) {
    check_octets(side, input);
    check_message(side, input);
  }
  if (size > 300)
    return 0;
  check_second(input);
  check_third(input);
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> corpus;
  auto add = [&](const bytes& octets) {
    corpus.emplace_back(as_u8(byte_view{octets}), as_u8(byte_view{octets}) + octets.size());
  };
  fixed_random random;
  bytes ephemeral(32);
  random.fill(ephemeral);
  add(framed(ephemeral));
  bytes twice = framed(ephemeral);
  put(twice, framed(bytes(200)));
  add(twice);
  wire::handshake_payload payload;
  payload.peer = initiator_identity->id();
  bytes encoded;
  wire::put(encoded, payload);
  add(encoded);
  // As long as a second message is.
  bytes second(2 * (32 + 16) + wire::handshake_payload_size);
  random.fill(second);
  add(second);
  add(framed(second));
  return corpus;
}
