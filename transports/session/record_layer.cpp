#include "transports/session/record_layer.hpp"

#include "transports/session/errc.hpp"

#include <algorithm>
#include <cassert>

namespace warren::session {

namespace {

// Written without a buffer of its own: this is once per record.
std::array<std::byte, wire::record_header_size> record_header(std::size_t text_size, std::uint64_t number) {
  auto length = 1 + 4 + text_size + wire::seal_size;
  auto octet = [](std::uint64_t value, int shift) { return static_cast<std::byte>(value >> shift); };
  return {octet(length, 8),  octet(length, 0),  static_cast<std::byte>(wire::pipe_frame_kind::record),
          octet(number, 24), octet(number, 16), octet(number, 8),
          octet(number, 0)};
}

} // namespace

record_sealer::record_sealer(
    noise::cipher_state cipher, std::uint64_t rekey_after_records, duration rekey_after, time_point now)
    : cipher_{std::move(cipher)},
      rekey_after_records_{std::clamp<std::uint64_t>(rekey_after_records, 1, max_records_per_key)},
      rekey_after_{rekey_after},
      key_since_time_{now} {
}

void record_sealer::seal(record_text& text, record_buffer& record) {
  assert(text.size() <= wire::max_record_text);
  record.resize(wire::record_header_size + text.size() + wire::seal_size);
  auto header = record_header(text.size(), next());
  std::ranges::copy(header, record.octets().begin());
  [[maybe_unused]] auto failed = cipher_.encrypt_pieces_with_ad(
      header, text.pieces(), record.octets().subspan(wire::record_header_size));
  assert(!failed); // 2^64 records are never reached
}

bool record_sealer::rekey_due(time_point now) const noexcept {
  return next() + 1 - key_since_ >= rekey_after_records_ || now - key_since_time_ >= rekey_after_;
}

void record_sealer::rekey(time_point now) {
  cipher_.rekey();
  key_since_ = next();
  key_since_time_ = now;
}

result<byte_view> record_opener::open(byte_view header, byte_view sealed) {
  if (sealed.size() < wire::seal_size)
    return errc::truncated_record;
  if (next() - key_since_ >= max_records_per_key)
    return errc::rekey_overdue;
  text_.resize(sealed.size() - wire::seal_size);
  if (cipher_.decrypt_with_ad(header, sealed, text_.octets()))
    return errc::tampered_record;
  return text_.view();
}

void record_opener::rekey() {
  cipher_.rekey();
  key_since_ = next();
}

} // namespace warren::session
