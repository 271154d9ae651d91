// The octets of an inbound pipe against a responder, and a handshake payload that decrypts but says anything: nobody gets
// established who did not prove an identity.
#include "messages/session_record.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/noise/handshake_state.hpp"
#include "transports/session/noise_session.hpp"

#include <cstdlib>
#include <random>

using namespace warren;
using namespace warren::session;

namespace {

struct fixed_random final : random_source {
  std::mt19937_64 engine{1};
  void fill(std::span<std::byte> out) override {
    for (auto& octet : out)
      octet = static_cast<std::byte>(engine());
  }
};

std::shared_ptr<const crypto::identity> make_identity(std::uint8_t number) {
  crypto::secret<32> seed;
  seed.writable()[0] = static_cast<std::byte>(number);
  return std::make_shared<const crypto::identity>(crypto::identity::from_seed(seed));
}

const auto responder_identity = make_identity(1);
const auto initiator_identity = make_identity(2);
const time_point now = time_point{} + std::chrono::hours{1};

noise_session make_responder(fixed_random& random) {
  config c;
  c.self = responder_identity;
  c.local_role = role::responder;
  noise_session s{std::move(c), random, now};
  s.attach_pipe(now, 1, role::responder);
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

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_view input = std::as_bytes(std::span{data, size});
  fixed_random random;
  {
    auto s = make_responder(random);
    s.handle_message(now, 1, input);
    while (s.poll_transmit(now)) {
    }
    if (s.is_established())
      std::abort();
    peek_pipe_opening(input);
  }
  if (size > 300)
    return 0;
  // The same octets as the payload of a third message that is otherwise good.
  auto s = make_responder(random);
  noise::handshake_config config;
  config.pattern = *noise::pattern::named("XX");
  config.prologue = to_bytes("warren/1");
  config.s = initiator_identity->noise_static().copy();
  auto state = *noise::handshake_state::make(std::move(config));
  bytes first;
  bytes payload;
  bytes third;
  if (state.write_message(random, {}, first))
    std::abort();
  s.handle_message(now, 1, framed(first));
  auto second = s.poll_transmit(now);
  if (!second || state.read_message(second->data.subspan(wire::pipe_header_size), payload)
      || state.write_message(random, input, third))
    std::abort();
  s.handle_message(now, 1, framed(third));
  if (s.is_established() || !s.is_closed())
    std::abort();
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
  return corpus;
}
