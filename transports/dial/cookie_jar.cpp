#include "transports/dial/cookie_jar.hpp"

#include "messages/byte_order.hpp"

#include <blake2.h>
#include <sodium.h>

namespace warren::dial {

namespace {

control::cookie_value mac(
    byte_view key, const warren::endpoint& source, std::uint32_t id, const control::nonce& token) {
  bytes input;
  input.reserve(32);
  put(input, source.address.octets());
  put_be(input, source.port);
  put_le(input, id);
  put(input, token);
  control::cookie_value value;
  // Fails only on lengths that cannot occur here.
  blake2s(
      as_u8(std::span<std::byte>{value}), input.data(), key.data(), value.size(), input.size(), key.size());
  // All zero stands for no cookie.
  if (value == control::cookie_value{})
    value[0] = std::byte{1};
  return value;
}

} // namespace

cookie_jar::cookie_jar(duration lifetime, random_source& random) : lifetime_{lifetime}, random_{random} {
}

cookie_jar::~cookie_jar() {
  for (auto& key : secrets_)
    sodium_memzero(key.data(), key.size());
}

control::cookie_value cookie_jar::make(
    time_point now, const warren::endpoint& source, std::uint32_t id, const control::nonce& token) {
  rotate(now);
  return mac(secrets_[0], source, id, token);
}

bool cookie_jar::check(time_point now, const warren::endpoint& source, const control::open& packet) {
  rotate(now);
  for (const auto& key : secrets_) {
    auto expected = mac(key, source, packet.initiator_id, packet.token);
    if (sodium_memcmp(expected.data(), packet.cookie.data(), expected.size()) == 0)
      return true;
  }
  return false;
}

void cookie_jar::rotate(time_point now) {
  if (started_ && now - current_since_ < lifetime_)
    return;
  auto last_is_good = started_ && now - current_since_ < 2 * lifetime_;
  if (last_is_good)
    secrets_[1] = secrets_[0];
  else
    random_.fill(secrets_[1]);
  random_.fill(secrets_[0]);
  current_since_ = now;
  started_ = true;
}

} // namespace warren::dial
