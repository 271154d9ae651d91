#include "tools/warren/api_client.hpp"
#include "tools/warren/progress_bar.hpp"

#include <unistd.h>

namespace warren::program {

void add_export(CLI::App& app) {
  auto given = std::make_shared<api_flags>();
  auto sub = app.add_subcommand("export", "print every node as a line {\"soul\", \"fields\", \"states\"}");
  add_api_flags(*sub, *given);
  sub->callback([given] {
    // A bar between the lines of a terminal would only disturb.
    progress_bar bar{"exporting", 0};
    bool show = isatty(STDOUT_FILENO) == 0;
    std::uint64_t received = 0;
    auto answer = api_client(*given)->download("/v1/export", [&](byte_view part) {
      received += part.size();
      if (show)
        bar.update(received);
      return std::fwrite(part.data(), 1, part.size(), stdout) == part.size();
    });
    checked(*given, answer);
    if (std::fflush(stdout) != 0)
      throw failure{"standard output cannot be written"};
  });
}

} // namespace warren::program
