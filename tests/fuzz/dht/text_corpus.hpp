#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

/// Returns the texts as a corpus.
inline std::vector<std::vector<std::uint8_t>> text_corpus(std::initializer_list<std::string_view> texts) {
  std::vector<std::vector<std::uint8_t>> result;
  for (auto text : texts)
    result.emplace_back(text.begin(), text.end());
  return result;
}
