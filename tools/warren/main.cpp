#include "tools/warren/command.hpp"
#include "tools/warren/log.hpp"
#include "tools/warren/output.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

namespace {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

/// Tells why on one line, whatever is in `what`.
int complain(std::string what, int code) {
  while (!what.empty() && std::isspace(static_cast<unsigned char>(what.back())))
    what.pop_back();
  std::replace_if(
      what.begin(), what.end(), [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; }, ' ');
  std::fprintf(stderr, "warren: %s\n", what.c_str());
  return code;
}

/// Returns the text of an error that the library found in the command line: what is wrong, and where help is.
std::string wrong_usage(const CLI::App& app, const CLI::ParseError& problem) {
  auto given = app.get_subcommands();
  auto command = given.empty() ? std::string{} : given.front()->get_name() + " ";
  return problem.what() + std::string{"; see warren "} + command + "--help";
}

/// Writes what is still held back. Returns false, with errno, when that or an earlier write failed.
bool flush_output() {
  errno = 0;
  std::cout.flush();
  auto failed = std::ferror(stdout) != 0;
  return std::fflush(stdout) == 0 && !failed && std::cout.good();
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
  add_doctor(app);
  add_options(app);
}

int run(int argc, char** argv) {
  CLI::App app{"Peer-to-peer connections and databases that keep themselves in sync", "warren"};
  app.require_subcommand(1);
  bool verbose = false;
  app.add_flag("-v,--verbose", verbose, "log more to stderr");
  app.parse_complete_callback([&] { warren::program::start_log(verbose); });
  add_commands(app);
  try {
    app.parse(argc, argv);
    return exit_done;
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) {
      app.exit(problem); // prints the help that was asked for
      return exit_done;
    }
    return complain(wrong_usage(app, problem), exit_usage);
  } catch (const warren::program::usage_error& problem) {
    return complain(problem.what(), exit_usage);
  } catch (const std::exception& problem) {
    return complain(problem.what(), exit_failed);
  }
}

} // namespace

int main(int argc, char** argv) {
  fill_standard_streams();
  // A reader that goes away is an error of write(), not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  auto code = run(argc, argv);
  if (!flush_output() && code == exit_done)
    return complain(warren::program::output_problem(errno), exit_failed);
  return code;
}
