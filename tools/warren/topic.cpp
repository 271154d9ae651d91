#include "tools/warren/output.hpp"
#include "tools/warren/topic_flags.hpp"

namespace warren::program {

void add_topic(CLI::App& app) {
  struct flags {
    std::string name;
    std::string secret_file;
    bool json = false;
  };
  auto given = std::make_shared<flags>();
  auto sub = app.add_subcommand("topic", "print the topic of a database, 64 hexadecimal digits");
  sub->add_option("NAME", given->name, "name of the database")->required();
  sub->add_option("--secret-file", given->secret_file, "file with the database's secret");
  sub->add_flag("--json", given->json, "print JSON");
  sub->callback([given] {
    auto hex = to_string(topic::of(given->name, read_secret(given->secret_file).view()));
    if (given->json)
      output{true}.event({{"topic", hex}});
    else
      std::printf("%s\n", hex.c_str());
  });
}

} // namespace warren::program
