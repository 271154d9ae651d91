#include "tools/warren/node_flags.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace warren::program {

namespace {

void add(
    CLI::App& sub, node_flags& flags, const std::string& flag, const std::string& option, const char* what) {
  auto row = find_option(option);
  auto text = std::string{what} + " (" + row->description + ")";
  sub.add_option_function<std::string>(
      flag, [&flags, option](const std::string& value) { flags.set.emplace_back(option, value); }, text);
}

[[noreturn]] void refuse(const caf::error& why) {
  throw usage_error{describe(why)};
}

void set_all(
    config& settings, const std::vector<std::pair<std::string, std::string>>& values, const char* source) {
  for (const auto& [name, value] : values)
    if (auto why = settings.set_transport(name, value, source))
      refuse(why);
}

} // namespace

void add_node_flags(CLI::App& sub, node_flags& flags) {
  flags.sub = &sub;
  add(sub, flags, "--bind", "bind", "IP:PORT");
  add(sub, flags, "--bootstrap", "bootstrap", "IP:PORT[,IP:PORT...]");
  add(sub, flags, "--transport", "mode", "auto, hyperswarm, relay or disabled");
  add(sub, flags, "--identity", "identity", "file");
  add(sub, flags, "--allow", "allow", "file");
  add(sub, flags, "--ca", "relay-ca", "PEM file");
  add(sub, flags, "--relay-token", "relay-token", "text");
  sub.add_option(
         "--relay", flags.relays, "URL of a relay, ws:// or wss://; may be repeated, in order of preference")
      ->allow_extra_args(false);
  sub.add_option("--config", flags.config_file, "configuration file with a group [warren]");
  sub.allow_extras();
  sub.footer("Any option of the table can be given as --warren.NAME=VALUE, in the environment as "
             "WARREN_NAME, or in the "
             "configuration file.");
}

std::unique_ptr<config> read_config(const node_flags& flags) {
  auto settings = std::make_unique<config>();
  auto arguments = flags.sub->remaining();
  for (const auto& each : arguments)
    if (!each.starts_with("--warren."))
      throw usage_error{"argument \"" + each + "\" is not understood; see --help"};
  if (!flags.config_file.empty())
    arguments.push_back("--config-file=" + flags.config_file);
  set_all(*settings, flags.standard, "default");
  if (auto why = settings->read(std::move(arguments), process_environment()))
    refuse(why);
  set_all(*settings, flags.set, "command line");
  if (!flags.relays.empty())
    if (auto why =
            settings->set_transport("relay-url", fmt::format("{}", fmt::join(flags.relays, ",")), "--relay"))
      refuse(why);
  if (auto why = settings->check())
    refuse(why);
  return settings;
}

void log_warnings(const config& settings) {
  for (const auto& each : warnings(settings.transport()))
    spdlog::warn("{}", each);
}

} // namespace warren::program
