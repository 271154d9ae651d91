#pragma once

#include "messages/secret_bytes.hpp"
#include "messages/topic.hpp"
#include "tools/warren/command.hpp"

namespace warren::program {

/// How a command is told which topic it is about: --topic HEX, or --db NAME with --secret-file F.
struct topic_flags {
  std::string hex;
  std::string database;
  std::string secret_file;
  CLI::Option* database_option = nullptr;
};

/// Adds the flags; exactly one of --topic and --db is required.
void add_topic_flags(CLI::App& sub, topic_flags& flags);

/// Returns the topic that was asked for.
topic topic_of(const topic_flags& flags);

/// Returns the database secret kept in `file` without a final line break; empty for an empty name. Throws usage_error when
/// it cannot be read, is empty or above 4096 octets.
secret_bytes read_secret(const std::string& file);

} // namespace warren::program
