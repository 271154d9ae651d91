#include "transports/session/record_text.hpp"

namespace warren::session {

namespace {

// The cipher takes a shorter piece more slowly than it is copied.
constexpr std::size_t worth_borrowing = 1024;

} // namespace

void record_text::put_data(const wire::channel_data& frame, const std::shared_ptr<const void>& owner) {
  if (frame.content.size() < worth_borrowing)
    return wire::put(frames_, frame);
  wire::put_header(frames_, frame);
  contents_.push_back({frames_.size(), frame.content, owner});
  borrowed_ += frame.content.size();
}

std::span<const byte_view> record_text::pieces() {
  pieces_.clear();
  std::size_t done = 0;
  auto frames_until = [&](std::size_t end) {
    if (end > done)
      pieces_.push_back(byte_view{frames_}.subspan(done, end - done));
    done = end;
  };
  for (const auto& each : contents_) {
    frames_until(each.after);
    pieces_.push_back(each.octets);
  }
  frames_until(frames_.size());
  return pieces_;
}

void record_text::clear() noexcept {
  frames_.clear();
  contents_.clear();
  borrowed_ = 0;
}

} // namespace warren::session
