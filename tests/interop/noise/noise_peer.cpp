// One side of a Noise_XX_25519_ChaChaPoly_BLAKE2s conversation over stdin and stdout, each message with a length (u16, big
// endian) before it: the handshake, then ten messages each way. Says on stderr what it saw.
//   noise_peer initiator|responder
#include "transports/crypto/system_random.hpp"
#include "transports/noise/handshake_state.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace warren;

constexpr int messages = 10;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "noise_peer: %s\n", why.c_str());
  std::exit(1);
}

void check(std::error_code failed, const char* step) {
  if (failed)
    give_up(std::string{step} + ": " + failed.message());
}

void send(byte_view message) {
  unsigned char length[2] = {
      static_cast<unsigned char>(message.size() >> 8), static_cast<unsigned char>(message.size())};
  if (std::fwrite(length, 1, 2, stdout) != 2
      || std::fwrite(message.data(), 1, message.size(), stdout) != message.size() || std::fflush(stdout) != 0)
    give_up("cannot write");
}

bytes receive() {
  unsigned char length[2];
  if (std::fread(length, 1, 2, stdin) != 2)
    give_up("the other side is gone");
  bytes message(static_cast<std::size_t>(length[0]) << 8 | length[1]);
  if (std::fread(message.data(), 1, message.size(), stdin) != message.size())
    give_up("message cut short");
  return message;
}

noise::transport_state shake_hands(noise::role role) {
  crypto::system_random random;
  noise::handshake_config config;
  config.pattern = *noise::pattern::named("XX");
  config.role = role;
  config.prologue = to_bytes("warren/1");
  config.s = crypto::x25519_key_pair::generate(random);
  auto state = noise::handshake_state::make(std::move(config));
  if (!state)
    give_up(state.error().message());
  while (!state->is_finished()) {
    bytes out;
    if (state->is_my_turn()) {
      check(state->write_message(random, as_byte_view("payload from warren"), out), "write");
      send(out);
    } else {
      check(state->read_message(receive(), out), "read");
      if (as_text(out) != "payload from dissononce")
        give_up("unexpected payload");
    }
  }
  std::fprintf(stderr, "hash %s\n", to_hex(state->handshake_hash()).c_str());
  return std::move(*state).split();
}

} // namespace

int main(int argc, char** argv) {
  std::string word = argc == 2 ? argv[1] : "";
  if (word != "initiator" && word != "responder")
    give_up("usage: noise_peer initiator|responder");
  auto role = word == "initiator" ? noise::role::initiator : noise::role::responder;
  auto keys = shake_hands(role);
  for (int i = 0; i < messages; ++i) {
    // Lengths around the block sizes of ChaCha20 and Poly1305, and the longest there is.
    bytes text(i == 9 ? 65535 - 16 : static_cast<std::size_t>(i) * 21, static_cast<std::byte>(i));
    bytes sealed(text.size() + noise::cipher_state::tag_size);
    check(keys.send.encrypt_with_ad({}, text, sealed), "seal");
    send(sealed);
    auto received = receive();
    if (received.size() != sealed.size())
      give_up("message of another length");
    bytes opened(text.size());
    check(keys.receive.decrypt_with_ad({}, received, opened), "open");
    if (opened != text)
      give_up("message with another content");
  }
  std::fprintf(stderr, "done\n");
  return 0;
}
