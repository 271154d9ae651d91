#include "tools/warren/topic_flags.hpp"

#include <array>
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
    return topic::of(flags.database, read_secret(flags.secret_file).view());
  auto parsed = topic::parse(flags.hex);
  if (!parsed)
    throw usage_error{"--topic \"" + flags.hex + "\" is refused; allowed: 64 hexadecimal digits"};
  return *parsed;
}

secret_bytes read_secret(const std::string& file) {
  if (file.empty())
    return {};
  std::ifstream in;
  in.rdbuf()->pubsetbuf(nullptr, 0); // a buffer of the stream would not be wiped
  in.open(file, std::ios::binary);
  std::array<char, longest_secret + 2> buffer{};
  in.read(buffer.data(), buffer.size());
  std::string_view text{buffer.data(), static_cast<std::size_t>(in.gcount())};
  while (text.ends_with('\n') || text.ends_with('\r'))
    text.remove_suffix(1);
  auto good = !text.empty() && text.size() <= longest_secret;
  auto secret = good ? secret_bytes{text} : secret_bytes{};
  wipe(std::as_writable_bytes(std::span{buffer}));
  if (!good)
    throw usage_error{
        "--secret-file \"" + file + "\" is refused; allowed: a readable file of 1 to 4096 octets"};
  return secret;
}

} // namespace warren::program
