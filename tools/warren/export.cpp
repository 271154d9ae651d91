#include "tools/warren/api_client.hpp"
#include "tools/warren/progress_bar.hpp"

#include <unistd.h>

#include <cerrno>
#include <optional>

namespace warren::program {

void add_export(CLI::App& app) {
  auto given = std::make_shared<api_flags>();
  auto sub = app.add_subcommand(
      "export",
      "print every node as a line {\"soul\", \"fields\", \"states\"}; states tell when each field was "
      "written, and import does not take them");
  add_api_flags(*sub, *given, time_limit::silence);
  sub->callback([given] {
    // A bar between the lines of a terminal would only disturb.
    progress_bar bar{"exporting", 0};
    bool show = isatty(STDOUT_FILENO) == 0;
    std::uint64_t received = 0;
    std::optional<int> write_error;
    auto answer = api_client(*given)->download("/v1/export", [&](byte_view part) {
      received += part.size();
      if (show)
        bar.update(received);
      if (std::fwrite(part.data(), 1, part.size(), stdout) != part.size())
        write_error = errno;
      return !write_error;
    });
    if (write_error)
      throw failure{output_problem(*write_error)};
    checked(*given, answer);
    if (std::fflush(stdout) != 0)
      throw failure{output_problem(errno)};
  });
}

} // namespace warren::program
