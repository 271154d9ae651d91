#include "tools/warren/command.hpp"
#include "tools/warren/log.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

int complain(const char* what, int code) {
  std::fprintf(stderr, "warren: %s\n", what);
  return code;
}

/// Opens /dev/null in place of standard streams that the caller closed: otherwise a socket or the database would get their
/// numbers, and what is meant for people would go there.
void fill_standard_streams() {
  int fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= 2)
    fd = open("/dev/null", O_RDWR);
  if (fd > 2)
    close(fd);
}

void add_commands(CLI::App& app) {
  using namespace warren::program;
  add_keygen(app);
  add_topic(app);
  add_dht(app);
  add_announce(app);
  add_lookup(app);
  add_relay(app);
  add_node(app);
  add_put(app);
  add_get(app);
  add_del(app);
  add_watch(app);
  add_import(app);
  add_export(app);
  add_pipe(app);
  add_options(app);
}

} // namespace

int main(int argc, char** argv) {
  fill_standard_streams();
  // A reader that goes away is an error of write(), not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{"Peer-to-peer connections and databases that keep themselves in sync", "warren"};
  app.require_subcommand(1);
  bool verbose = false;
  app.add_flag("-v,--verbose", verbose, "log more to stderr");
  app.parse_complete_callback([&] { warren::program::start_log(verbose); });
  add_commands(app);
  try {
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0)
      return complain("cannot write to standard output", exit_failed);
    return exit_done;
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? exit_done : exit_usage;
  } catch (const warren::program::usage_error& problem) {
    return complain(problem.what(), exit_usage);
  } catch (const std::exception& problem) {
    return complain(problem.what(), exit_failed);
  }
}
