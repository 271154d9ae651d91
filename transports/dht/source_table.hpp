#pragma once

#include "transports/dht/keyed_hash.hpp"

#include <vector>

namespace warren::dht {

/// A small flat hash table from endpoints to values, for what is kept of each of hundreds of sources: a process may host
/// many nodes. An endpoint is known by 32 bits of its keyed hash alone: two share a value once in four thousand million, and
/// nobody can choose which. Grows by half when seven eighths are taken; erase_if() shrinks it again.
template <class Value>
class source_table {
public:
  explicit source_table(random_source& random) : tag_of_{random} {}

  std::size_t size() const noexcept { return size_; }

  /// Returns the value of `source`, or nullptr. Valid until the next insert() or erase_if().
  const Value* find(const endpoint& source) const noexcept {
    if (slots_.empty())
      return nullptr;
    const auto& place = slots_[place_of(slots_, tag_of_(source))];
    return place.tag == 0 ? nullptr : &place.value;
  }

  Value* find(const endpoint& source) noexcept {
    return const_cast<Value*>(static_cast<const source_table&>(*this).find(source));
  }

  /// Adds `source`, which must not be there yet.
  Value& insert(const endpoint& source, const Value& value) {
    if ((size_ + 1) * 8 > slots_.size() * 7)
      rebuild(std::max(smallest, slots_.size() + slots_.size() / 2), [](const Value&) { return false; });
    auto tag = tag_of_(source);
    auto& place = slots_[place_of(slots_, tag)];
    place = {tag, value};
    ++size_;
    return place.value;
  }

  /// Drops the values for which `gone` holds.
  template <class Predicate>
  void erase_if(Predicate gone) {
    std::size_t left = 0;
    for (const auto& each : slots_)
      left += each.tag != 0 && !gone(each.value);
    if (left < size_)
      rebuild(std::max(smallest, left + left / 4), gone);
  }

private:
  static constexpr std::size_t smallest = 16;

  struct slot {
    std::uint32_t tag = 0; // 0 = free
    Value value{};
  };

  /// Returns where `tag` is or belongs; there is always a free slot.
  static std::size_t place_of(const std::vector<slot>& among, std::uint32_t tag) noexcept {
    auto at = static_cast<std::size_t>(std::uint64_t{tag} * among.size() >> 32);
    while (among[at].tag != 0 && among[at].tag != tag)
      at = at + 1 == among.size() ? 0 : at + 1;
    return at;
  }

  template <class Predicate>
  void rebuild(std::size_t capacity, Predicate gone) {
    std::vector<slot> fresh(capacity);
    size_ = 0;
    for (const auto& each : slots_)
      if (each.tag != 0 && !gone(each.value)) {
        fresh[place_of(fresh, each.tag)] = each;
        ++size_;
      }
    slots_.swap(fresh);
  }

  keyed_hash tag_of_;
  std::vector<slot> slots_;
  std::size_t size_ = 0;
};

} // namespace warren::dht
