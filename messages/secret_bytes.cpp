#include "messages/secret_bytes.hpp"

#include <string.h> // explicit_bzero is POSIX, not C++

namespace warren {

void wipe(std::span<std::byte> data) noexcept {
  if (!data.empty())
    explicit_bzero(data.data(), data.size());
}

struct secret_bytes::buffer {
  explicit buffer(byte_view octets) : content{to_bytes(octets)} {}
  ~buffer() { wipe(content); }
  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;

  bytes content;
};

secret_bytes::secret_bytes(byte_view octets)
    : octets_{octets.empty() ? nullptr : std::make_shared<const buffer>(octets)} {
}

byte_view secret_bytes::view() const noexcept {
  return octets_ ? byte_view{octets_->content} : byte_view{};
}

bool operator==(const secret_bytes& a, const secret_bytes& b) noexcept {
  auto x = a.view();
  auto y = b.view();
  if (x.size() != y.size())
    return false;
  // Volatile, so that the compiler cannot stop at the first difference.
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    difference = difference | std::to_integer<unsigned char>(x[i] ^ y[i]);
  return difference == 0;
}

std::string to_string(const secret_bytes& x) {
  return x.empty() ? "(none)" : "(secret)";
}

} // namespace warren
