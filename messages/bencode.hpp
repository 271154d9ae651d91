#pragma once

#include "messages/bytes.hpp"
#include "messages/result.hpp"

#include <optional>
#include <string_view>
#include <system_error>

/// Bencoding as in BEP 3: integers "i-7e", strings "4:spam", lists "l..e", dictionaries "d..e" with string keys.
/// Decoding copies nothing: one pass checks the whole input, and views then read the checked octets in place.
namespace warren::bencode {

/// Why an input is not bencoding that we accept. The sender made it wrong; it cannot be read in part.
enum class errc {
  /// The input ends inside a value.
  truncated = 1,
  /// There is something after the value.
  trailing_data,
  /// An octet that starts no value, or no digit where one must be.
  bad_token,
  /// A number with a needless zero in front ("i03e", "03:abc").
  leading_zero,
  /// "i-0e".
  negative_zero,
  /// An integer that does not fit in 64 bits.
  integer_overflow,
  /// Lists and dictionaries nested deeper than the limit.
  too_deep,
  /// The input is longer than the limit.
  too_large,
  /// A dictionary key that is not a string.
  key_not_string,
  /// Dictionary keys out of order (BEP 3: "must appear in sorted order").
  keys_not_sorted,
  /// A dictionary holds the same key twice.
  duplicate_key,
  /// A dictionary with unsorted keys holds more of them than we check for duplicates.
  too_many_keys,
};

const std::error_category& category() noexcept;

inline std::error_code make_error_code(errc why) noexcept {
  return {static_cast<int>(why), category()};
}

/// What a decoder accepts.
struct limits {
  std::size_t size = 64 * 1024;
  std::size_t depth = 16;
  /// Accepts dictionaries whose keys are not in order. Only for KRPC, where some deployed nodes append "v" or "ip"
  /// last; libtorrent reads such messages too. Duplicates are refused all the same.
  bool unsorted_keys = false;
};

/// Keys of one unsorted dictionary at most: finding duplicates among them takes quadratic time. A KRPC message has ten. A
/// sorted dictionary, such as a BEP 44 value may hold, has no such bound.
inline constexpr std::size_t max_unsorted_keys = 64;

class list_range;

/// One value inside a buffer that decode() has accepted; valid as long as that buffer.
class view {
public:
  bool is_integer() const noexcept { return encoded_.front() == std::byte{'i'}; }
  bool is_list() const noexcept { return encoded_.front() == std::byte{'l'}; }
  bool is_dict() const noexcept { return encoded_.front() == std::byte{'d'}; }
  bool is_string() const noexcept { return !is_integer() && !is_list() && !is_dict(); }

  /// Returns the integer, or nothing when this is something else.
  std::optional<std::int64_t> integer() const noexcept;

  /// Returns the string's octets, or nothing when this is something else.
  std::optional<byte_view> string() const noexcept;

  /// Returns the elements of a list; an empty range when this is something else.
  list_range list() const noexcept;

  /// Returns the value under `key`, or nothing when there is none or this is not a dictionary.
  std::optional<view> find(std::string_view key) const noexcept;

  std::optional<std::int64_t> find_integer(std::string_view key) const noexcept;
  std::optional<byte_view> find_string(std::string_view key) const noexcept;

  /// Returns the octets of this value as they stand in the input.
  byte_view encoded() const noexcept { return encoded_; }

private:
  friend result<view> decode(byte_view, const limits&);
  friend class list_range;

  explicit view(byte_view encoded) noexcept : encoded_{encoded} {}

  byte_view encoded_;
};

/// The elements of a list, for range-for.
class list_range {
public:
  class iterator {
  public:
    view operator*() const noexcept;
    iterator& operator++() noexcept;
    bool operator!=(const iterator& other) const noexcept { return rest_.size() != other.rest_.size(); }

  private:
    friend class list_range;
    explicit iterator(byte_view rest) noexcept : rest_{rest} {}
    byte_view rest_;
  };

  iterator begin() const noexcept { return iterator{content_}; }
  iterator end() const noexcept { return iterator{content_.last(0)}; }

private:
  friend class view;
  explicit list_range(byte_view content) noexcept : content_{content} {}
  byte_view content_;
};

/// Checks `input` from end to end and returns its one value. What is refused, with which code, stands at errc.
result<view> decode(byte_view input, const limits& accepted = {});

/// Appends bencoded values to a buffer. The caller closes what it opens and gives dictionary keys in sorted order.
class writer {
public:
  explicit writer(bytes& out) noexcept : out_{out} {}

  writer& integer(std::int64_t value);
  writer& string(byte_view value);
  writer& string(std::string_view value) { return string(as_byte_view(value)); }
  writer& begin_list() { return token('l'); }
  writer& begin_dict() { return token('d'); }
  writer& end() { return token('e'); }

  /// Appends a value that is bencoded already.
  writer& encoded(byte_view value) {
    out_.insert(out_.end(), value.begin(), value.end());
    return *this;
  }

  /// Appends a dictionary key; its value must follow.
  writer& key(std::string_view name) { return string(name); }

private:
  writer& token(char octet) {
    out_.push_back(static_cast<std::byte>(octet));
    return *this;
  }

  bytes& out_;
};

} // namespace warren::bencode

template <>
struct std::is_error_code_enum<warren::bencode::errc> : std::true_type {};
