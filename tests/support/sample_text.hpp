#pragma once

#include "messages/bytes.hpp"
#include "tests/support/seeded_random.hpp"

#include <array>

namespace warren::test {

/// Octets that shrink as JSON of a database does: names that repeat, values that do not.
inline bytes sample_text(seeded_random& random, std::size_t size) {
  static constexpr std::array<std::string_view, 8> words{
      "{\"id\":\"",
      "\",\"name\":\"",
      "\",\"state\":\"open\",\"owner\":\"",
      "\",\"updated_at\":",
      ",\"tags\":[\"urgent\",\"",
      "\"],\"counter\":",
      ",\"parent\":null}\n",
      "warren "};
  bytes out;
  out.reserve(size + 64);
  while (out.size() < size) {
    for (char c : words[random.below(words.size())])
      out.push_back(static_cast<std::byte>(c));
    for (int i = 0; i < 4; ++i)
      out.push_back(static_cast<std::byte>('0' + random.below(10)));
  }
  out.resize(size);
  return out;
}

/// Octets that do not shrink.
inline bytes sample_noise(seeded_random& random, std::size_t size) {
  bytes out(size);
  random.fill(out);
  return out;
}

} // namespace warren::test
