#include "crdt_bridge/set_digest.hpp"

#include "messages/byte_order.hpp"

#include <blake2.h>

namespace warren::crdt {

set_digest::number set_digest::stretch(const item_id& id) {
  static constexpr std::size_t part = 64;
  number result;
  std::array<std::byte, item_id::size + 1> input{};
  std::memcpy(input.data(), id.octets.data(), item_id::size);
  std::array<std::byte, part> block{};
  for (std::size_t i = 0; i * part < sizeof(result); ++i) {
    input.back() = static_cast<std::byte>(i);
    blake2b(as_u8(std::span{block}), input.data(), nullptr, part, input.size(), 0);
    byte_reader reader{block};
    for (std::size_t k = 0; k < part / 8; ++k)
      result[i * part / 8 + k] = reader.le<std::uint64_t>();
  }
  return result;
}

void set_digest::add(const item_id& id) {
  std::uint64_t carry = 0;
  auto summand = stretch(id);
  for (std::size_t i = 0; i < sum_.size(); ++i) {
    auto with_carry = sum_[i] + carry;
    carry = with_carry < carry ? 1 : 0;
    sum_[i] = with_carry + summand[i];
    carry += sum_[i] < summand[i] ? 1 : 0;
  }
  ++count_;
}

void set_digest::remove(const item_id& id) {
  std::uint64_t borrow = 0;
  auto subtrahend = stretch(id);
  for (std::size_t i = 0; i < sum_.size(); ++i) {
    auto with_borrow = sum_[i] - borrow;
    borrow = with_borrow > sum_[i] ? 1 : 0;
    borrow += with_borrow < subtrahend[i] ? 1 : 0;
    sum_[i] = with_borrow - subtrahend[i];
  }
  --count_;
}

item_digest set_digest::value() const {
  bytes input;
  input.reserve(sizeof(number) + 8);
  for (auto limb : sum_)
    put_le(input, limb);
  put_le(input, count_);
  item_digest result;
  blake2b(as_u8(std::span{result.octets}), input.data(), nullptr, item_digest::size, input.size(), 0);
  return result;
}

} // namespace warren::crdt
