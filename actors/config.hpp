#pragma once

// Where an application's settings come from: CAF's own configuration, extended.
//
//   warren::config settings;
//   if (auto problem = settings.read({argv + 1, argv + argc}, warren::process_environment())) ...  // refused: say why, exit
//   settings.set("mode", "relay");                                                                 // code has the last word
//   caf::actor_system system{settings};
//   auto transport = warren::make_transport(system, settings.transport());
//
// Later sources override earlier ones: config file (--config-file=FILE, group `warren`), arguments (--warren.NAME=VALUE),
// environment (WARREN_NAME), code. A file of at most 32 KiB; whatever stands outside of the groups that have options (`warren`,
// CAF's, those an application adds to custom_options_) is refused, as are faults of form, by line.

#include "actors/option_table.hpp"
#include "messages/types.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warren {

using environment = std::map<std::string, std::string>;

/// Returns this process's variables that begin with WARREN_.
environment process_environment();

class config : public caf::actor_system_config {
public:
  /// Registers the message types and options, and sets the scheduler as specs/caf.md section 6 advises.
  config();
  ~config() override;

  /// Reads the config file that `arguments` name, the arguments, and the environment. Fails with errc::bad_config, naming
  /// the option, the value, where it came from and what is allowed. Arguments that are nobody's are left in `remainder`.
  caf::error read(std::vector<std::string> arguments, const environment& variables);

  /// Sets one option by name; `source` says where the value came from, for the refusal.
  caf::error set_transport(
      std::string_view name, std::string_view value, std::string_view source = "set by code");

  /// Fails with errc::bad_config when the options do not go together. Call it last; make_transport does so too.
  caf::error check() const;

  const options& transport() const noexcept { return transport_; }

  options& transport() noexcept { return transport_; }

private:
  struct slot;

  caf::error read_file(const std::string& file);
  std::optional<std::string> read_text(const std::string& text);
  caf::error read_arguments(std::vector<std::string> arguments);

  options transport_;
  std::unique_ptr<std::vector<slot>> slots_; // one per row of the table; CAF points into it
};

} // namespace warren
