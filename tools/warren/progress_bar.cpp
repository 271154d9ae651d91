#include "tools/warren/progress_bar.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace warren::program {

namespace {

constexpr std::uint64_t bar_width = 40;

} // namespace

progress_bar::progress_bar(std::string what, std::uint64_t total)
    : what_{std::move(what)}, total_{total}, terminal_{isatty(STDERR_FILENO) != 0} {
}

progress_bar::~progress_bar() {
  if (terminal_)
    std::fputs("\r\x1b[K", stderr);
}

void progress_bar::update(std::uint64_t done) {
  auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now < next_)
    return;
  next_ = now + std::chrono::milliseconds{100};
  draw(done);
}

void progress_bar::draw(std::uint64_t done) const {
  if (total_ == 0) {
    std::fprintf(stderr, "\r\x1b[K%s %.1f MiB", what_.c_str(), static_cast<double>(done) / (1 << 20));
    return;
  }
  auto filled = std::min(bar_width, done * bar_width / total_);
  std::string bar(filled, '#');
  bar.resize(bar_width, '.');
  std::fprintf(
      stderr, "\r\x1b[K%s [%s] %3llu %%", what_.c_str(), bar.c_str(),
      static_cast<unsigned long long>(std::min<std::uint64_t>(100, done * 100 / total_)));
}

} // namespace warren::program
