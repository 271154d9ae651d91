#include "transports/dht/token_store.hpp"

#include "transports/dht/config.hpp"

#include <blake2.h>

namespace warren::dht {

namespace {

bool equal_in_constant_time(const token_store::token& expected, byte_view presented) {
  if (presented.size() != expected.size())
    return false;
  std::byte difference{0};
  for (std::size_t i = 0; i < expected.size(); ++i)
    difference |= expected[i] ^ presented[i];
  return difference == std::byte{0};
}

} // namespace

token_store::token_store(random_source& random, time_point now) : random_{random}, rotated_{now} {
  random_.fill(current_);
  random_.fill(previous_);
}

token_store::token token_store::issue(time_point now, const ip_address& who, const info_hash& topic) {
  rotate(now);
  return compute(current_, who, topic);
}

bool token_store::accepts(
    time_point now, const ip_address& who, const info_hash& topic, byte_view presented) {
  rotate(now);
  auto by_current = equal_in_constant_time(compute(current_, who, topic), presented);
  auto by_previous = equal_in_constant_time(compute(previous_, who, topic), presented);
  return by_current || by_previous;
}

void token_store::rotate(time_point now) {
  if (now - rotated_ < token_rotation)
    return;
  // After a long silence the last key is too old as well.
  if (now - rotated_ < 2 * token_rotation)
    previous_ = current_;
  else
    random_.fill(previous_);
  random_.fill(current_);
  rotated_ = now;
}

token_store::token token_store::compute(const secret& key, const ip_address& who, const info_hash& topic) {
  bytes input{who.octets().begin(), who.octets().end()};
  input.insert(input.end(), topic.octets.begin(), topic.octets.end());
  token result;
  blake2b(as_u8(result), input.data(), key.data(), result.size(), input.size(), key.size());
  return result;
}

} // namespace warren::dht
