#include "transports/noise/symmetric_state.hpp"

#include "transports/noise/errc.hpp"

#include <algorithm>

namespace warren::noise {

symmetric_state::symmetric_state(std::string_view protocol_name) {
  // Noise rev 34, 5.2: padded with zeros up to HASHLEN, hashed when longer.
  if (protocol_name.size() <= h_.size())
    std::ranges::copy(as_byte_view(protocol_name), h_.begin());
  else
    h_ = crypto::blake2s({as_byte_view(protocol_name)});
  ck_ = crypto::secret<32>{h_};
}

void symmetric_state::mix_key(byte_view input_key_material) {
  auto out = crypto::hkdf2_blake2s(ck_, input_key_material);
  ck_ = std::move(out.first);
  cipher_.emplace(std::move(out.second));
}

void symmetric_state::mix_hash(byte_view octets) {
  h_ = crypto::blake2s({h_, octets});
}

void symmetric_state::mix_key_and_hash(byte_view input_key_material) {
  auto out = crypto::hkdf3_blake2s(ck_, input_key_material);
  ck_ = std::move(out.first);
  mix_hash(out.second.view());
  cipher_.emplace(std::move(out.third));
}

std::error_code symmetric_state::encrypt_and_hash(byte_view plaintext, bytes& out) {
  auto start = out.size();
  if (cipher_) {
    out.resize(start + plaintext.size() + cipher_state::tag_size);
    if (auto failed = cipher_->encrypt_with_ad(h_, plaintext, std::span{out}.subspan(start)))
      return failed;
  } else {
    out.insert(out.end(), plaintext.begin(), plaintext.end());
  }
  mix_hash(byte_view{out}.subspan(start));
  return {};
}

std::error_code symmetric_state::decrypt_and_hash(byte_view ciphertext, bytes& out) {
  auto start = out.size();
  if (cipher_) {
    if (ciphertext.size() < cipher_state::tag_size)
      return noise_errc::message_too_short;
    out.resize(start + ciphertext.size() - cipher_state::tag_size);
    if (auto failed = cipher_->decrypt_with_ad(h_, ciphertext, std::span{out}.subspan(start)))
      return failed;
  } else {
    out.insert(out.end(), ciphertext.begin(), ciphertext.end());
  }
  mix_hash(ciphertext);
  return {};
}

symmetric_state::split_outputs symmetric_state::split() const {
  auto out = crypto::hkdf3_blake2s(ck_, {});
  return {cipher_state{std::move(out.first)}, cipher_state{std::move(out.second)}, std::move(out.third)};
}

symmetric_state symmetric_state::copy() const {
  symmetric_state result;
  result.ck_ = ck_.copy();
  result.h_ = h_;
  if (cipher_)
    result.cipher_.emplace(cipher_->copy());
  return result;
}

} // namespace warren::noise
