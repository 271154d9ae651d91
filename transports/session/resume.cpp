#include "transports/session/resume.hpp"

#include "messages/byte_order.hpp"

namespace warren::session {

namespace {

bytes step_text(const wire::nonce& dialler, const wire::nonce& acceptor, std::uint64_t next) {
  bytes text;
  put(text, dialler);
  put(text, acceptor);
  put_be(text, next);
  return text;
}

} // namespace

resume_keys::resume_keys(const crypto::secret<32>& exporter, const crypto::digest32& handshake_hash) {
  crypto::blake2b_keyed(key_.writable(), exporter.view(), {as_byte_view("warren/1 resume")});
  crypto::blake2b_keyed(id_.octets, handshake_hash, {as_byte_view("warren/1 session id")});
}

wire::mac resume_keys::proof(std::string_view step, role sender, byte_view rest) const {
  std::array sender_octet{sender == role::initiator ? std::byte{1} : std::byte{2}};
  wire::mac result;
  crypto::blake2b_keyed(result, key_.view(), {as_byte_view(step), sender_octet, id_.octets, rest});
  return result;
}

wire::mac resume_keys::request_proof(role sender, const wire::nonce& dialler) const {
  return proof("request", sender, dialler);
}

wire::mac resume_keys::challenge_proof(
    role sender, const wire::nonce& dialler, const wire::nonce& acceptor, std::uint64_t next) const {
  return proof("challenge", sender, step_text(dialler, acceptor, next));
}

wire::mac resume_keys::confirm_proof(
    role sender, const wire::nonce& dialler, const wire::nonce& acceptor, std::uint64_t next) const {
  return proof("confirm", sender, step_text(dialler, acceptor, next));
}

} // namespace warren::session
