#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// The libFuzzer entry point; a target aborts (or trips a sanitizer) when a property does not hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Valid inputs to start from, one of each kind the parser knows.
std::vector<std::vector<std::uint8_t>> fuzz_corpus();
