#pragma once

#include "actors/config.hpp"
#include "tools/warren/command.hpp"

#include <memory>

namespace warren::program {

/// What node and pipe have in common: how to reach peers.
struct node_flags {
  std::vector<std::pair<std::string, std::string>> set; // option of the table -> value, as given
  std::vector<std::pair<std::string, std::string>> standard; // the same: this command's own defaults
  std::string config_file;
  std::vector<std::string> relays;
  CLI::App* sub = nullptr;
};

/// Adds the flags. Further options of the table can be given as --warren.NAME=VALUE.
void add_node_flags(CLI::App& sub, node_flags& flags);

/// Returns the configuration from all sources, of which these flags count as code; the command's own defaults come before all
/// sources. Throws usage_error.
std::unique_ptr<config> read_config(const node_flags& flags);

/// Logs what is allowed but probably not meant.
void log_warnings(const config& settings);

} // namespace warren::program
