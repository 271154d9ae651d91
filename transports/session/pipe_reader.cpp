#include "transports/session/pipe_reader.hpp"

#include "transports/session/errc.hpp"

#include <algorithm>

namespace warren::session {

namespace {

constexpr std::size_t length_size = 2;

std::size_t frame_size(byte_view octets) {
  return length_size + byte_reader{octets}.be<std::uint16_t>();
}

pipe_frame frame_of(byte_view octets) {
  auto header = octets.first(wire::pipe_header_size);
  return {
      static_cast<wire::pipe_frame_kind>(header[length_size]), header,
      octets.subspan(wire::pipe_header_size)};
}

} // namespace

std::error_code pipe_reader::check_length(byte_view octets) const {
  auto size = frame_size(octets);
  if (size < wire::pipe_header_size)
    return errc::malformed_frame;
  if (size - length_size > max_frame_)
    return errc::oversized_frame;
  return {};
}

result<std::optional<pipe_frame>> pipe_reader::next(byte_view& input) {
  if (partial_delivered_) {
    partial_.clear();
    partial_delivered_ = false;
  }
  auto collect = [&](std::size_t wanted) {
    auto n = std::min(wanted - std::min(wanted, partial_.size()), input.size());
    partial_.insert(partial_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(n));
    input = input.subspan(n);
    return partial_.size() >= wanted;
  };
  if (partial_.empty() && input.size() >= length_size) {
    if (auto failed = check_length(input))
      return failed;
    if (auto size = frame_size(input); input.size() >= size) {
      auto whole = input.first(size);
      input = input.subspan(size);
      return std::optional{frame_of(whole)};
    }
  }
  if (!collect(length_size))
    return std::optional<pipe_frame>{};
  if (auto failed = check_length(partial_))
    return failed;
  if (!collect(frame_size(partial_)))
    return std::optional<pipe_frame>{};
  partial_delivered_ = true;
  return std::optional{frame_of(partial_)};
}

void pipe_reader::release_spare() noexcept {
  if (in_frame())
    return;
  bytes{}.swap(partial_); // an assignment of {} would keep it
  partial_delivered_ = false;
}

} // namespace warren::session
