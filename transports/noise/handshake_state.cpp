#include "transports/noise/handshake_state.hpp"

#include <algorithm>
#include <cassert>

namespace warren::noise {

namespace {

// Noise rev 34, 3: all Noise messages are less than or equal to 65535 octets.
constexpr std::size_t max_message = 65535;

bool sends_static(const pattern& subject, role who) {
  for (std::size_t i = who == role::initiator ? 0 : 1; i < subject.messages.size(); i += 2)
    if (std::ranges::count(subject.messages[i], token::s) > 0)
      return true;
  return false;
}

template <class T>
std::optional<T> copy_of(const std::optional<T>& value) {
  return value ? std::optional<T>{value->copy()} : std::nullopt;
}

} // namespace

result<handshake_state> handshake_state::make(handshake_config config) {
  const auto& p = config.pattern;
  bool initiator = config.role == role::initiator;
  bool needs_s =
      sends_static(p, config.role) || (initiator ? p.initiator_static_known : p.responder_static_known);
  bool needs_rs = initiator ? p.responder_static_known : p.initiator_static_known;
  if ((needs_s && !config.s) || (needs_rs && !config.rs) || config.psks.size() < p.psk_count())
    return noise_errc::missing_key;
  return handshake_state{std::move(config)};
}

// Noise rev 34, 5.3: Initialize.
handshake_state::handshake_state(handshake_config config)
    : pattern_{std::move(config.pattern)},
      role_{config.role},
      symmetric_{"Noise_" + pattern_.name + "_25519_ChaChaPoly_BLAKE2s"},
      s_{std::move(config.s)},
      fixed_e_{std::move(config.e)},
      rs_{config.rs},
      psks_{std::move(config.psks)} {
  symmetric_.mix_hash(config.prologue);
  bool initiator = role_ == role::initiator;
  if (pattern_.initiator_static_known)
    symmetric_.mix_hash(initiator ? s_->public_key.octets : rs_->octets);
  if (pattern_.responder_static_known)
    symmetric_.mix_hash(initiator ? rs_->octets : s_->public_key.octets);
}

std::error_code handshake_state::write_message(random_source& random, byte_view payload, bytes& out) {
  auto saved = save();
  auto start = out.size();
  auto failed = begin_message(random, out);
  if (!failed)
    failed = finish_message(payload, out);
  if (failed) {
    restore(std::move(saved));
    out.resize(start);
  }
  return failed;
}

std::error_code handshake_state::begin_message(random_source& random, bytes& out) {
  if (!is_my_turn() || tokens_written_)
    return noise_errc::out_of_turn;
  auto saved = save();
  auto start = out.size();
  for (auto next : pattern_.messages[next_message_]) {
    if (auto failed = write_token(next, random, out)) {
      restore(std::move(saved));
      out.resize(start);
      return failed;
    }
  }
  tokens_written_ = true;
  payload_hash_ = symmetric_.handshake_hash();
  return {};
}

std::error_code handshake_state::finish_message(byte_view payload, bytes& out) {
  if (!tokens_written_)
    return noise_errc::out_of_turn;
  if (out.size() + payload.size() + symmetric_.overhead() > max_message)
    return noise_errc::message_too_long;
  if (auto failed = symmetric_.encrypt_and_hash(payload, out))
    return failed;
  tokens_written_ = false;
  ++next_message_;
  return {};
}

std::error_code handshake_state::read_message(byte_view message, bytes& payload) {
  if (is_finished() || is_my_turn())
    return noise_errc::out_of_turn;
  if (message.size() > max_message)
    return noise_errc::message_too_long;
  auto saved = save();
  auto start = payload.size();
  if (auto failed = read_tokens(message, payload)) {
    restore(std::move(saved));
    payload.resize(start);
    return failed;
  }
  ++next_message_;
  return {};
}

std::error_code handshake_state::read_tokens(byte_view message, bytes& payload) {
  for (auto next : pattern_.messages[next_message_])
    if (auto failed = read_token(next, message))
      return failed;
  auto hash = symmetric_.handshake_hash();
  if (auto failed = symmetric_.decrypt_and_hash(message, payload))
    return failed;
  payload_hash_ = hash;
  return {};
}

std::error_code handshake_state::write_token(token next, random_source& random, bytes& out) {
  if (next == token::e) {
    e_ = fixed_e_ ? fixed_e_->copy() : crypto::x25519_key_pair::generate(random);
    out.insert(out.end(), e_->public_key.octets.begin(), e_->public_key.octets.end());
    mix_ephemeral(e_->public_key);
    return {};
  }
  if (next == token::s)
    return symmetric_.encrypt_and_hash(s_->public_key.octets, out);
  return mix_token(next);
}

std::error_code handshake_state::read_token(token next, byte_view& message) {
  if (next != token::e && next != token::s)
    return mix_token(next);
  auto size = crypto::x25519_public_key::size + (next == token::s ? symmetric_.overhead() : 0);
  if (message.size() < size)
    return noise_errc::message_too_short;
  crypto::x25519_public_key key;
  if (next == token::e) {
    std::ranges::copy(message.first(size), key.octets.begin());
    re_ = key;
    mix_ephemeral(key);
  } else {
    bytes plain;
    if (auto failed = symmetric_.decrypt_and_hash(message.first(size), plain))
      return failed;
    std::ranges::copy(plain, key.octets.begin());
    rs_ = key;
  }
  message = message.subspan(size);
  return {};
}

// The tokens that send nothing. In "es" and "se" the first letter is the initiator's key (Noise rev 34, 7.1).
std::error_code handshake_state::mix_token(token next) {
  bool initiator = role_ == role::initiator;
  switch (next) {
    case token::ee:
      return mix_dh(*e_, *re_);
    case token::es:
      return initiator ? mix_dh(*e_, *rs_) : mix_dh(*s_, *re_);
    case token::se:
      return initiator ? mix_dh(*s_, *re_) : mix_dh(*e_, *rs_);
    case token::ss:
      return mix_dh(*s_, *rs_);
    default:
      symmetric_.mix_key_and_hash(psks_[next_psk_++].view());
      return {};
  }
}

std::error_code handshake_state::mix_dh(
    const crypto::x25519_key_pair& ours, const crypto::x25519_public_key& theirs) {
  auto shared = crypto::x25519(ours.secret_key, theirs);
  if (!shared)
    return noise_errc::bad_public_key;
  symmetric_.mix_key(shared->view());
  return {};
}

void handshake_state::mix_ephemeral(const crypto::x25519_public_key& key) {
  symmetric_.mix_hash(key.octets);
  if (pattern_.has_psk()) // Noise rev 34, 9.2
    symmetric_.mix_key(key.octets);
}

handshake_state::checkpoint handshake_state::save() const {
  return {symmetric_.copy(), copy_of(e_), re_, rs_, next_psk_};
}

void handshake_state::restore(checkpoint saved) {
  symmetric_ = std::move(saved.symmetric);
  e_ = std::move(saved.e);
  re_ = saved.re;
  rs_ = saved.rs;
  next_psk_ = saved.next_psk;
  tokens_written_ = false;
}

transport_state handshake_state::split() && {
  assert(is_finished());
  auto keys = symmetric_.split();
  auto hash = symmetric_.handshake_hash();
  if (role_ == role::initiator)
    return {std::move(keys.first), std::move(keys.second), hash, std::move(keys.exporter)};
  return {std::move(keys.second), std::move(keys.first), hash, std::move(keys.exporter)};
}

} // namespace warren::noise
