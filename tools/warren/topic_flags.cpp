#include "tools/warren/topic_flags.hpp"

#include <fstream>

namespace warren::program {

namespace {

constexpr std::size_t longest_secret = 4096;

} // namespace

void add_topic_flags(CLI::App& sub, topic_flags& flags) {
  auto group = sub.add_option_group("topic", "what to meet on");
  group->add_option("--topic", flags.hex, "topic as 64 hexadecimal digits");
  flags.database_option = group->add_option("--db", flags.database, "name of a database");
  group->require_option(1);
  sub.add_option("--secret-file", flags.secret_file, "file with the database's secret")
      ->needs(flags.database_option);
}

topic topic_of(const topic_flags& flags) {
  if (flags.database_option->count() > 0)
    return topic::of(flags.database, read_secret(flags.secret_file));
  auto parsed = topic::parse(flags.hex);
  if (!parsed)
    throw usage_error{"--topic \"" + flags.hex + "\" is refused; allowed: 64 hexadecimal digits"};
  return *parsed;
}

bytes read_secret(const std::string& file) {
  if (file.empty())
    return {};
  std::ifstream in{file, std::ios::binary};
  std::string text(longest_secret + 2, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (text.ends_with('\n') || text.ends_with('\r'))
    text.pop_back();
  if (text.empty() || text.size() > longest_secret)
    throw usage_error{
        "--secret-file \"" + file + "\" is refused; allowed: a readable file of 1 to 4096 octets"};
  return to_bytes(text);
}

} // namespace warren::program
