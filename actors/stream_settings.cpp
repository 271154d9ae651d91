#include "actors/stream_settings.hpp"

#include <algorithm>

namespace warren {

udx::config stream_settings_of(const options& opts) {
  udx::config result;
  result.send_buffer = std::min<std::uint64_t>(opts.send_buffer, udx::max_receive_window);
  result.receive_window =
      std::clamp<std::uint64_t>(opts.channel_window, result.receive_window, udx::max_receive_window);
  return result;
}

} // namespace warren
