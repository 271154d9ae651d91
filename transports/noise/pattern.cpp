#include "transports/noise/pattern.hpp"

#include "transports/noise/errc.hpp"

#include <algorithm>

namespace warren::noise {

namespace {

using enum token;

// Noise rev 34, 7.5 (fundamental) and appendix 18.1 (deferred). A new pattern is a new row.
const std::vector<pattern>& table() {
  static const std::vector<pattern> rows{
      {"NN", false, false, {{e}, {e, ee}}},
      {"NK", false, true, {{e, es}, {e, ee}}},
      {"NX", false, false, {{e}, {e, ee, s, es}}},
      {"KN", true, false, {{e}, {e, ee, se}}},
      {"KK", true, true, {{e, es, ss}, {e, ee, se}}},
      {"KX", true, false, {{e}, {e, ee, se, s, es}}},
      {"XN", false, false, {{e}, {e, ee}, {s, se}}},
      {"XK", false, true, {{e, es}, {e, ee}, {s, se}}},
      {"XX", false, false, {{e}, {e, ee, s, es}, {s, se}}},
      {"IN", false, false, {{e, s}, {e, ee, se}}},
      {"IK", false, true, {{e, es, s, ss}, {e, ee, se}}},
      {"IX", false, false, {{e, s}, {e, ee, se, s, es}}},
      {"NK1", false, true, {{e}, {e, ee, es}}},
      {"XX1", false, false, {{e}, {e, ee, s}, {es, s, se}}},
      {"IK1", false, true, {{e, s}, {e, ee, se, es}}},
  };
  return rows;
}

// Noise rev 34, 9.4: psk0 goes before the first message's tokens, pskN after those of message N.
bool apply_psk(pattern& subject, std::string_view modifier) {
  if (modifier.size() != 4 || !modifier.starts_with("psk") || modifier[3] < '0' || modifier[3] > '9')
    return false;
  auto position = static_cast<std::size_t>(modifier[3] - '0');
  if (position > subject.messages.size())
    return false;
  if (position == 0)
    subject.messages.front().insert(subject.messages.front().begin(), psk);
  else
    subject.messages[position - 1].push_back(psk);
  return true;
}

} // namespace

std::size_t pattern::psk_count() const noexcept {
  std::size_t result = 0;
  for (const auto& message : messages)
    result += static_cast<std::size_t>(std::count(message.begin(), message.end(), psk));
  return result;
}

bool pattern::has_psk() const noexcept {
  return psk_count() > 0;
}

result<pattern> pattern::named(std::string_view name) {
  auto modifiers_at = std::min(name.find("psk"), name.size());
  auto base = name.substr(0, modifiers_at);
  auto row = std::find_if(table().begin(), table().end(), [&](const pattern& p) { return p.name == base; });
  if (row == table().end())
    return noise_errc::unknown_pattern;
  pattern found = *row;
  for (auto rest = name.substr(modifiers_at); !rest.empty();) {
    auto end = std::min(rest.find('+'), rest.size());
    if (!apply_psk(found, rest.substr(0, end)) || end + 1 == rest.size())
      return noise_errc::unknown_pattern;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  found.name = name;
  return found;
}

} // namespace warren::noise
