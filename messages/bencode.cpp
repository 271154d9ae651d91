#include "messages/bencode.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <string>

namespace warren::bencode {

namespace {

class bencode_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "bencode"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::truncated:
        return "the bencoded input ends inside a value; send it whole";
      case errc::trailing_data:
        return "there is data after the bencoded value; send exactly one value";
      case errc::bad_token:
        return "not bencoding; see BEP 3";
      case errc::leading_zero:
        return "a bencoded number starts with a needless zero; write it without";
      case errc::negative_zero:
        return "a bencoded integer is written as -0; write 0";
      case errc::integer_overflow:
        return "a bencoded integer needs more than 64 bits; send a smaller one";
      case errc::too_deep:
        return "bencoded lists or dictionaries are nested too deep; flatten them";
      case errc::too_large:
        return "the bencoded input is too large; send less";
      case errc::key_not_string:
        return "a bencoded dictionary key is not a string; use strings";
      case errc::keys_not_sorted:
        return "bencoded dictionary keys are not sorted; sort them as raw octets";
      case errc::duplicate_key:
        return "a bencoded dictionary holds a key twice; send each once";
      case errc::too_many_keys:
        return "an unsorted bencoded dictionary has too many keys; sort them";
    }
    return "unknown bencode error";
  }
};

bool is_digit(std::byte octet) {
  return octet >= std::byte{'0'} && octet <= std::byte{'9'};
}

/// Walks over a value once. After the first failure `why` is set and everything returns false.
class checker {
public:
  checker(byte_view input, const limits& accepted) : input_{input}, accepted_{accepted} {}

  std::error_code check() {
    if (input_.size() > accepted_.size)
      return errc::too_large;
    if (!value(0))
      return why_;
    if (at_ != input_.size())
      return errc::trailing_data;
    return {};
  }

private:
  bool fail(errc why) {
    why_ = why;
    return false;
  }

  bool value(std::size_t depth) {
    if (at_ == input_.size())
      return fail(errc::truncated);
    auto octet = input_[at_];
    if (octet == std::byte{'i'})
      return integer();
    if (octet == std::byte{'l'} || octet == std::byte{'d'}) {
      if (depth == accepted_.depth)
        return fail(errc::too_deep);
      ++at_;
      return octet == std::byte{'l'} ? list(depth + 1) : dict(depth + 1);
    }
    byte_view ignored;
    return string(ignored);
  }

  /// Returns the run of digits at the read position, refusing none at all and needless zeros.
  bool digits(std::string_view& text) {
    auto start = at_;
    while (at_ < input_.size() && is_digit(input_[at_]))
      ++at_;
    if (at_ == input_.size())
      return fail(errc::truncated);
    text = as_text(input_.subspan(start, at_ - start));
    if (text.empty())
      return fail(errc::bad_token);
    if (text.size() > 1 && text.front() == '0')
      return fail(errc::leading_zero);
    return true;
  }

  bool integer() {
    ++at_;
    auto start = at_;
    auto negative = at_ < input_.size() && input_[at_] == std::byte{'-'};
    at_ += negative ? 1 : 0;
    std::string_view magnitude;
    if (!digits(magnitude))
      return false;
    if (negative && magnitude == "0")
      return fail(errc::negative_zero);
    if (input_[at_] != std::byte{'e'})
      return fail(errc::bad_token);
    auto text = as_text(input_.subspan(start, at_ - start));
    std::int64_t parsed = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), parsed).ec != std::errc{})
      return fail(errc::integer_overflow);
    ++at_;
    return true;
  }

  bool string(byte_view& content) {
    std::string_view text;
    if (!digits(text))
      return false;
    if (input_[at_] != std::byte{':'})
      return fail(errc::bad_token);
    ++at_;
    std::size_t length = 0;
    auto overflow = std::from_chars(text.data(), text.data() + text.size(), length).ec != std::errc{};
    if (overflow || length > input_.size() - at_)
      return fail(errc::truncated);
    content = input_.subspan(at_, length);
    at_ += length;
    return true;
  }

  /// Steps over the "e" that closes a list or dictionary; returns false also when it is not there yet.
  bool closed() {
    if (at_ < input_.size() && input_[at_] == std::byte{'e'}) {
      ++at_;
      return true;
    }
    return false;
  }

  bool list(std::size_t depth) {
    while (!closed())
      if (!value(depth))
        return false;
    return true;
  }

  bool dict(std::size_t depth) {
    std::array<std::string_view, max_unsorted_keys> seen;
    std::size_t count = 0;
    std::string_view last;
    auto sorted = true;
    while (!closed()) {
      if (at_ == input_.size())
        return fail(errc::truncated);
      if (!is_digit(input_[at_]))
        return fail(errc::key_not_string);
      byte_view key;
      if (!string(key))
        return false;
      sorted = sorted && (count == 0 || last < as_text(key));
      if (!sorted
          && !(accepted_.unsorted_keys ? distinct(as_text(key), seen, count) : refuse(as_text(key), last)))
        return false;
      if (count < seen.size())
        seen[count] = as_text(key);
      last = as_text(key);
      ++count;
      if (!value(depth))
        return false;
    }
    return true;
  }

  bool refuse(std::string_view key, std::string_view last) {
    return fail(key == last ? errc::duplicate_key : errc::keys_not_sorted);
  }

  /// Returns whether `key` differs from the first `count` that were seen.
  bool distinct(
      std::string_view key, const std::array<std::string_view, max_unsorted_keys>& seen, std::size_t count) {
    if (count >= seen.size())
      return fail(errc::too_many_keys);
    auto end = seen.begin() + static_cast<std::ptrdiff_t>(count);
    return std::find(seen.begin(), end, key) == end || fail(errc::duplicate_key);
  }

  byte_view input_;
  const limits& accepted_;
  std::size_t at_ = 0;
  std::error_code why_;
};

struct string_header {
  std::size_t start = 0;  // of the content
  std::size_t length = 0; // of the content
};

/// Reads "4:" at the front of checked input.
string_header read_header(byte_view checked) noexcept {
  string_header result;
  while (checked[result.start] != std::byte{':'})
    result.length = result.length * 10 + std::to_integer<std::size_t>(checked[result.start++]) - '0';
  ++result.start;
  return result;
}

/// Returns the length of the value at the front of checked input. Iterates over nesting, so that it cannot recurse.
std::size_t length_of(byte_view checked) noexcept {
  std::size_t at = 0;
  std::size_t open = 0;
  do {
    auto octet = checked[at];
    if (octet == std::byte{'i'}) {
      while (checked[at] != std::byte{'e'})
        ++at;
      ++at;
    } else if (octet == std::byte{'l'} || octet == std::byte{'d'}) {
      ++open;
      ++at;
    } else if (octet == std::byte{'e'}) {
      --open;
      ++at;
    } else {
      auto header = read_header(checked.subspan(at));
      at += header.start + header.length;
    }
  } while (open > 0);
  return at;
}

} // namespace

const std::error_category& category() noexcept {
  static const bencode_category instance;
  return instance;
}

std::optional<std::int64_t> view::integer() const noexcept {
  if (!is_integer())
    return std::nullopt;
  auto text = as_text(encoded_.subspan(1, encoded_.size() - 2));
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<byte_view> view::string() const noexcept {
  if (!is_string())
    return std::nullopt;
  auto header = read_header(encoded_);
  return encoded_.subspan(header.start, header.length);
}

list_range view::list() const noexcept {
  if (!is_list())
    return list_range{byte_view{}};
  return list_range{encoded_.subspan(1, encoded_.size() - 2)};
}

std::optional<view> view::find(std::string_view key) const noexcept {
  if (!is_dict())
    return std::nullopt;
  auto rest = encoded_.subspan(1, encoded_.size() - 2);
  while (!rest.empty()) {
    auto header = read_header(rest);
    auto name = as_text(rest.subspan(header.start, header.length));
    rest = rest.subspan(header.start + header.length);
    auto length = length_of(rest);
    if (name == key)
      return view{rest.first(length)};
    rest = rest.subspan(length);
  }
  return std::nullopt;
}

std::optional<std::int64_t> view::find_integer(std::string_view key) const noexcept {
  auto found = find(key);
  return found ? found->integer() : std::nullopt;
}

std::optional<byte_view> view::find_string(std::string_view key) const noexcept {
  auto found = find(key);
  return found ? found->string() : std::nullopt;
}

view list_range::iterator::operator*() const noexcept {
  return view{rest_.first(length_of(rest_))};
}

list_range::iterator& list_range::iterator::operator++() noexcept {
  rest_ = rest_.subspan(length_of(rest_));
  return *this;
}

result<view> decode(byte_view input, const limits& accepted) {
  if (auto why = checker{input, accepted}.check())
    return why;
  return view{input};
}

writer& writer::integer(std::int64_t value) {
  std::array<char, 24> text{};
  auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  token('i');
  auto digits = as_byte_view(std::string_view{text.data(), end});
  out_.insert(out_.end(), digits.begin(), digits.end());
  return token('e');
}

writer& writer::string(byte_view value) {
  std::array<char, 24> text{};
  auto digits = std::to_chars(text.data(), text.data() + text.size(), value.size()).ptr;
  *digits++ = ':';
  auto length = static_cast<std::size_t>(digits - text.data());
  auto at = out_.size();
  out_.resize(at + length + value.size());
  std::memcpy(out_.data() + at, text.data(), length);
  if (!value.empty())
    std::memcpy(out_.data() + at + length, value.data(), value.size());
  return *this;
}

} // namespace warren::bencode
