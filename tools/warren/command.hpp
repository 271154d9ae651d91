#pragma once

// What the commands of the program share: how they register and how they fail.

#include <CLI/CLI.hpp>

#include <stdexcept>
#include <string>

namespace warren::program {

/// A command could not do its job: one line that says why and what to do. Exit code 1.
struct failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The command line or configuration is wrong. Exit code 2.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Each adds its subcommand to `app`; running it throws failure or usage_error.
void add_keygen(CLI::App& app);
void add_topic(CLI::App& app);
void add_dht(CLI::App& app);
void add_announce(CLI::App& app);
void add_lookup(CLI::App& app);
void add_relay(CLI::App& app);
void add_node(CLI::App& app);
void add_put(CLI::App& app);
void add_get(CLI::App& app);
void add_del(CLI::App& app);
void add_watch(CLI::App& app);
void add_import(CLI::App& app);
void add_export(CLI::App& app);
void add_pipe(CLI::App& app);
void add_doctor(CLI::App& app);
void add_options(CLI::App& app);

} // namespace warren::program
