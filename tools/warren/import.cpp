#include "tools/warren/api_client.hpp"
#include "tools/warren/progress_bar.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace warren::program {

namespace {

constexpr std::size_t part_size = 64 * 1024;

/// Refused lines that are named; the rest is counted.
constexpr std::size_t most_told = 3;

struct import_flags {
  api_flags api;
  std::string file;
};

int open_input(const std::string& file) {
  if (file == "-")
    return STDIN_FILENO;
  auto fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    throw failure{
        file + ": " + std::strerror(errno) + "; give a readable NDJSON file, or - for standard input"};
  return fd;
}

std::uint64_t size_of(int fd) {
  struct stat about {};
  return fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? static_cast<std::uint64_t>(about.st_size) : 0;
}

/// Returns "5 lines were refused: line 2: ..; line 7: ..; line 9: ..; and 2 more; ..".
std::string summary(std::uint64_t failed, const json& errors) {
  auto text =
      failed == 1 ? std::string{"1 line was refused: "} : std::to_string(failed) + " lines were refused: ";
  auto told = std::min(errors.size(), most_told);
  for (std::size_t i = 0; i < told; ++i)
    text += "line " + std::to_string(errors[i].value("line", std::uint64_t{0})) + ": "
            + errors[i].value("message", std::string{}) + "; ";
  if (failed > told)
    text += "and " + std::to_string(failed - told) + " more; ";
  return text + "correct them and import again";
}

void report(const import_flags& given, const json& counts) {
  auto failed = counts.value("failed", std::uint64_t{0});
  output{given.api.json}.event(
      {{"event", "done"}, {"imported", counts.value("imported", std::uint64_t{0})}, {"failed", failed}});
  if (failed > 0)
    throw failure{summary(failed, counts.value("errors", json::array()))};
}

void run_import(const import_flags& given) {
  auto client = api_client(given.api);
  auto fd = open_input(given.file);
  progress_bar bar{"importing", size_of(fd)};
  std::uint64_t sent = 0;
  bool unreadable = false;
  auto answer = client->upload("POST", "/v1/import", [&] {
    bytes part(part_size);
    ssize_t n = 0;
    do
      n = read(fd, part.data(), part.size());
    while (n < 0 && errno == EINTR);
    unreadable = n < 0;
    part.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    sent += part.size();
    bar.update(sent);
    return part;
  });
  auto counts = json::parse(checked(given.api, answer), nullptr, false);
  if (!counts.is_object())
    throw failure{given.api.url + " did not answer as a node does; check --api"};
  report(given, counts);
  if (unreadable)
    throw failure{given.file + " could not be read to its end; what came before was imported"};
}

} // namespace

void add_import(CLI::App& app) {
  auto given = std::make_shared<import_flags>();
  auto sub = app.add_subcommand(
      "import", "merge lines {\"soul\": .., \"fields\": {..}} into the database; what is imported counts as "
                "written now "
                "and replaces what is there, the \"states\" of an export are not taken");
  sub->add_option("FILE", given->file, "NDJSON file, or - for standard input")->required();
  add_api_flags(*sub, given->api, time_limit::silence);
  sub->callback([given] { run_import(*given); });
}

} // namespace warren::program
