#pragma once

// The one table of everything warren::options holds: what each is called in a config file (group `warren`), on a command
// line (--warren.NAME=VALUE) and in the environment (WARREN_NAME), what is allowed, and what it is when nothing is said.

#include "actors/options.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren {

struct option_row {
  std::string name;
  std::string allowed;
  std::string unit; // empty when the value has none
  std::string description;
  std::string good;    // an example that is taken
  std::string bad;     // and one that is refused
  bool secret = false; // its value is never printed, in a refusal either
  /// Sets the option from text; false, with nothing changed, when the text is not allowed.
  std::function<bool(options&, std::string_view)> set;
  /// Returns the option as the text that set() takes; of a secret only whether there is one.
  std::function<std::string(const options&)> show;
  /// Returns whether set() would take the value that is there.
  std::function<bool(const options&)> valid;

  /// Returns what it is when nothing is said.
  std::string standard() const;

  /// Returns its name in the environment: WARREN_CONNECT_TIMEOUT for connect-timeout.
  std::string variable() const;
};

const std::vector<option_row>& option_table();

/// Returns the row called `name`, or nullptr.
const option_row* find_option(std::string_view name);

/// Sets one option. Returns why it was refused, naming the option, the value, where it came from and what is allowed;
/// nothing when it was taken.
std::optional<std::string> set_option(
    options& opts, std::string_view name, std::string_view value, std::string_view source);

/// Returns what is wrong with `opts` as a whole, for people: any value that its row refuses, and whatever does not go
/// together. Nothing when all is well.
std::optional<std::string> refusal(const options& opts);

/// Returns what is allowed but probably not meant.
std::vector<std::string> warnings(const options& opts);

/// Returns "auto", "hyperswarm", "relay" or "disabled".
std::string to_string(transport_mode mode);

} // namespace warren
