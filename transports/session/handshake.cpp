#include "transports/session/handshake.hpp"

#include "messages/byte_order.hpp"

#include <cassert>

namespace warren::session {

namespace {

constexpr std::string_view prologue = "warren/1";
constexpr std::string_view proof_domain = "warren/1 identity";

noise::handshake_state make_noise(const crypto::identity& self, role side) {
  noise::handshake_config config;
  config.pattern = *noise::pattern::named("XX");
  config.role = side == role::initiator ? noise::role::initiator : noise::role::responder;
  config.prologue = to_bytes(prologue);
  config.s = self.noise_static().copy();
  return *noise::handshake_state::make(std::move(config));
}

// The hash covers both ephemeral keys and the signer's static key: the signature is good in this handshake only. The
// role keeps one side's proof from being shown as the other's.
bytes signed_text(role signer, const crypto::digest32& hash) {
  auto text = to_bytes(proof_domain);
  put_be(text, static_cast<std::uint8_t>(signer == role::initiator ? 1 : 2));
  put(text, hash);
  return text;
}

} // namespace

handshake::handshake(
    std::shared_ptr<const crypto::identity> self, role side, std::uint64_t instance, peer_checks checks,
    std::uint32_t features)
    : self_{std::move(self)},
      side_{side},
      instance_{instance},
      checks_{std::move(checks)},
      features_{features},
      noise_{make_noise(*self_, side)} {
}

bytes handshake::start(random_source& random) {
  assert(side_ == role::initiator);
  bytes message;
  [[maybe_unused]] auto failed = noise_.write_message(random, {}, message);
  assert(!failed);
  return message;
}

result<bytes> handshake::on_message(random_source& random, byte_view noise_message) {
  bytes payload;
  if (noise_.read_message(noise_message, payload))
    return errc::handshake_failed;
  bool first = side_ == role::responder && !noise_.remote_static();
  if (first && !payload.empty())
    return errc::bad_handshake_payload;
  auto refused = first ? std::error_code{} : check_payload(payload);
  if (refused && !(refused == errc::identity_conflict && noise_.is_my_turn()))
    return refused;
  bytes answer;
  if (!noise_.is_my_turn())
    return answer;
  if (noise_.begin_message(random, answer) || noise_.finish_message(own_payload(), answer))
    return errc::handshake_failed; // the peer's ephemeral key is of low order
  if (!refused)
    return answer;
  last_word_ = std::move(answer);
  return refused;
}

bytes handshake::own_payload() const {
  wire::handshake_payload payload;
  payload.features = features_;
  if (side_ == role::initiator && checks_.holds_session && checks_.holds_session(peer_->peer))
    payload.features |= wire::holds_session_feature;
  payload.instance = instance_;
  payload.peer = self_->id();
  payload.proof = self_->sign(signed_text(side_, noise_.payload_hash())).octets;
  bytes out;
  wire::put(out, payload);
  return out;
}

std::error_code handshake::check_payload(byte_view payload) {
  if (auto version = wire::payload_version(payload); version && *version != wire::version)
    return errc::unsupported_version;
  auto claimed = wire::decode_handshake_payload(payload);
  if (!claimed)
    return errc::bad_handshake_payload;
  auto image = crypto::x25519_image(claimed->peer);
  if (!image || *image != *noise_.remote_static())
    return errc::identity_mismatch;
  auto text = signed_text(other(side_), noise_.payload_hash());
  if (!crypto::verify(claimed->peer, text, crypto::signature{claimed->proof}))
    return errc::bad_signature;
  peer_ = claimed;
  if (claimed->peer == self_->id())
    return claimed->instance == instance_ ? errc::self_connection : errc::identity_conflict;
  return check_peer(claimed->peer);
}

std::error_code handshake::check_peer(const peer_id& peer) const {
  if (checks_.expected && *checks_.expected != peer)
    return errc::unexpected_peer;
  if (checks_.allow && !checks_.allow(peer))
    return errc::access_denied;
  return {};
}

} // namespace warren::session
