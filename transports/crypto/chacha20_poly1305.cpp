#include "transports/crypto/chacha20_poly1305.hpp"

#include <algorithm>
#include <cassert>
#include <openssl/evp.h>
#include <optional>
#include <stdexcept>

namespace warren::crypto {

namespace {

// Fetched once: an implicit fetch costs more than a short record in OpenSSL 3 (EVP_CIPHER_fetch(3), "Performance").
EVP_CIPHER* cipher() {
  static EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  if (fetched == nullptr)
    throw std::runtime_error{"this OpenSSL has no ChaCha20-Poly1305"};
  return fetched;
}

EVP_CIPHER_CTX* new_context(byte_view key, bool sealing) {
  auto* context = EVP_CIPHER_CTX_new();
  if (context == nullptr)
    throw std::bad_alloc{};
  EVP_CipherInit_ex2(context, cipher(), as_u8(key), nullptr, sealing ? 1 : 0, nullptr);
  return context;
}

/// Encrypts pieces one behind the other, and gathers what is left of each with what follows: after an update that is no whole
/// number of strides the next ones are slow.
class piecewise_encryption {
public:
  /// `ok`: so far.
  piecewise_encryption(EVP_CIPHER_CTX* context, std::span<std::byte> out, bool ok) noexcept
      : context_{context}, out_{out}, ok_{ok} {}
  ~piecewise_encryption() { wipe(gathered_); }
  piecewise_encryption(const piecewise_encryption&) = delete;
  piecewise_encryption& operator=(const piecewise_encryption&) = delete;

  void add(byte_view piece, bool last) {
    if (held_ > 0)
      piece = gather(piece);
    if (held_ > 0)
      return;
    auto rest = last ? 0 : piece.size() % gathered_.size();
    encrypt(piece.first(piece.size() - rest));
    gather(piece.last(rest));
  }

  /// Returns what is behind the ciphertext, or nothing when OpenSSL failed.
  std::optional<std::span<std::byte>> finish() {
    encrypt(byte_view{gathered_}.first(held_));
    return ok_ ? std::optional{out_} : std::nullopt;
  }

private:
  byte_view gather(byte_view piece) {
    auto taken = piece.first(std::min(piece.size(), gathered_.size() - held_));
    std::ranges::copy(taken, gathered_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += taken.size();
    if (held_ == gathered_.size()) {
      encrypt(gathered_);
      held_ = 0;
    }
    return piece.subspan(taken.size());
  }

  void encrypt(byte_view text) {
    if (!ok_ || text.empty())
      return;
    assert(out_.size() >= text.size() + chacha20_poly1305::tag_size);
    int length = 0;
    ok_ = EVP_EncryptUpdate(context_, as_u8(out_), &length, as_u8(text), static_cast<int>(text.size())) == 1;
    out_ = out_.subspan(text.size());
  }

  EVP_CIPHER_CTX* context_;
  std::span<std::byte> out_;
  std::array<std::byte, chacha20_poly1305::stride> gathered_;
  std::size_t held_ = 0;
  bool ok_;
};

} // namespace

void chacha20_poly1305::free_context::operator()(evp_cipher_ctx_st* context) const noexcept {
  EVP_CIPHER_CTX_free(context);
}

void chacha20_poly1305::seal_pieces(
    const nonce& n, byte_view ad, std::span<const byte_view> plaintext, std::span<std::byte> out) {
  if (!sealing_)
    sealing_.reset(new_context(key_.view(), true));
  auto* evp = sealing_.get();
  int length = 0;
  bool ok = EVP_EncryptInit_ex2(evp, nullptr, nullptr, as_u8(byte_view{n}), nullptr) == 1;
  if (!ad.empty())
    ok = ok && EVP_EncryptUpdate(evp, nullptr, &length, as_u8(ad), static_cast<int>(ad.size())) == 1;
  piecewise_encryption text{evp, out, ok};
  for (std::size_t i = 0; i < plaintext.size(); ++i)
    text.add(plaintext[i], i + 1 == plaintext.size());
  auto behind = text.finish();
  assert(!behind || behind->size() == tag_size);
  std::array<std::byte, tag_size> rest;
  ok = behind && EVP_EncryptFinal_ex(evp, as_u8(rest), &length) == 1;
  ok = ok && EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, tag_size, as_u8(*behind)) == 1;
  // Only a broken installation gets here; sending unsealed octets would be worse than ending.
  if (!ok)
    throw std::runtime_error{"OpenSSL could not seal a record"};
}

bool chacha20_poly1305::open(const nonce& n, byte_view ad, byte_view sealed, std::span<std::byte> out) {
  if (sealed.size() < tag_size)
    return false;
  assert(out.size() == sealed.size() - tag_size);
  if (!opening_)
    opening_.reset(new_context(key_.view(), false));
  auto* evp = opening_.get();
  // The tag is set first: opening in place must not depend on where the tag lies. OpenSSL only reads it.
  std::array<std::byte, tag_size> tag;
  std::copy(sealed.end() - tag_size, sealed.end(), tag.begin());
  auto text = sealed.first(sealed.size() - tag_size);
  int length = 0;
  bool ok = EVP_DecryptInit_ex2(evp, nullptr, nullptr, as_u8(byte_view{n}), nullptr) == 1;
  ok = ok && EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1;
  if (!ad.empty())
    ok = ok && EVP_DecryptUpdate(evp, nullptr, &length, as_u8(ad), static_cast<int>(ad.size())) == 1;
  if (!text.empty())
    ok = ok && EVP_DecryptUpdate(evp, as_u8(out), &length, as_u8(text), static_cast<int>(text.size())) == 1;
  std::array<std::byte, tag_size> rest;
  ok = ok && EVP_DecryptFinal_ex(evp, as_u8(rest), &length) == 1;
  if (!ok)
    wipe(out);
  return ok;
}

} // namespace warren::crypto
