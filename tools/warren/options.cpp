#include "actors/option_table.hpp"
#include "tools/warren/command.hpp"
#include "tools/warren/output.hpp"

namespace warren::program {

namespace {

void print_for_people(const option_row& row) {
  std::printf(
      "%s\n    %s\n    default \"%s\"; allowed: %s\n    --warren.%s=VALUE, %s\n\n", row.name.c_str(),
      row.description.c_str(), row.standard().c_str(), row.allowed.c_str(), row.name.c_str(),
      row.variable().c_str());
}

} // namespace

void add_options(CLI::App& app) {
  auto as_json = std::make_shared<bool>(false);
  auto sub = app.add_subcommand("options", "print the table of all options of node and pipe");
  sub->add_flag("--json", *as_json, "print JSON");
  sub->callback([as_json] {
    for (const auto& row : option_table()) {
      if (!*as_json) {
        print_for_people(row);
        continue;
      }
      output{true}.event(
          {{"name", row.name},
           {"variable", row.variable()},
           {"default", row.standard()},
           {"allowed", row.allowed},
           {"unit", row.unit},
           {"description", row.description},
           {"good", row.good},
           {"bad", row.bad}});
    }
  });
}

} // namespace warren::program
