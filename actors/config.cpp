#include "actors/config.hpp"

#include "actors/hand_off.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace warren {

/// What CAF read for one option. It is kept as text, so that one setter judges every source in the same words.
struct config::slot {
  std::optional<std::string> text;

  /// Returns `value` as the text that an option's setter takes. No option is a list of lists, and how deep they nest is not ours.
  static std::string text_of(const caf::config_value& value) {
    if (auto list = caf::get_if<caf::config_value::list>(&value)) {
      std::string joined;
      for (const auto& each : *list) {
        auto nested = caf::holds_alternative<caf::config_value::list>(each);
        joined += (joined.empty() ? "" : ",") + (nested ? "[...]" : text_of(each));
      }
      return joined;
    }
    if (auto time = caf::get_if<caf::timespan>(&value)) {
      constexpr std::int64_t nanoseconds_per_ms = 1'000'000;
      if (time->count() % nanoseconds_per_ms == 0)
        return std::to_string(time->count() / nanoseconds_per_ms);
    }
    if (auto text = caf::get_if<std::string>(&value))
      return *text;
    return caf::to_string(value);
  }

  static void store(void* self, const caf::config_value& value) {
    static_cast<slot*>(self)->text = text_of(value);
  }

  static caf::config_value get(const void* self) {
    return caf::config_value{static_cast<const slot*>(self)->text.value_or("")};
  }

  static caf::expected<caf::config_value> parse(void* self, caf::string_view input) {
    std::string text{input.begin(), input.end()};
    if (self != nullptr)
      static_cast<slot*>(self)->text = text;
    return caf::config_value{std::move(text)};
  }

  static const caf::config_option::meta_state* meta() {
    static const caf::config_option::meta_state table{
        [](const caf::config_value&) { return caf::error{}; }, store, get, parse, "string"};
    return &table;
  }
};

namespace {

/// Read once behind the file: CAF takes one that ends in the middle of something, such as a name without a value; there the
/// line's end or the bracket does not fit.
constexpr const char* after_the_end = "\n[after-the-end]\n";

/// More than any configuration has. CAF's parser takes time in proportion to the square of the number of names, and stack for each
/// level.
constexpr std::size_t longest_file = 32 * 1024;
constexpr int deepest = 32;

/// Returns `text` without what some editors add and CAF does not take: a byte order mark, and carriage returns at ends of lines.
std::string plain_lines(std::string text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark))
    text.erase(0, byte_order_mark.size());
  boost::algorithm::replace_all(text, "\r\n", "\n");
  if (text.ends_with('\r'))
    text.pop_back();
  return text;
}

/// Returns where lists and groups of `text` nest deeper than that, if they do.
std::optional<std::size_t> too_deep_at(std::string_view text) {
  int depth = 0;
  char quote = '\0'; // of the string we are in; it ends with the line at the latest
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto octet = text[i];
    if (quote != '\0') {
      if (octet == '\\')
        ++i;
      else if (octet == quote || octet == '\n')
        quote = '\0';
    } else if (octet == '"' || octet == '\'')
      quote = octet;
    else if (octet == ';') // a comment
      i = std::min(text.find('\n', i), text.size());
    else if ((octet == '[' || octet == '{') && ++depth > deepest)
      return i;
    else if ((octet == ']' || octet == '}') && depth > 0)
      --depth;
  }
  return std::nullopt;
}

/// Returns what CAF would not notice in the file's plain `text`, or would take too long or too much of the stack for.
std::optional<std::string> unfit(std::string_view text) {
  if (text.size() > longest_file)
    return fmt::format("it is longer than {} octets", longest_file);
  auto told = [&](std::size_t at, const char* what) {
    return fmt::format("line {} has {}", 1 + std::ranges::count(text.substr(0, at), '\n'), what);
  };
  if (auto at = text.find('\0'); at != std::string_view::npos)
    return told(at, "a NUL octet");
  if (auto at = text.find('\r'); at != std::string_view::npos)
    return told(at, "a carriage return that ends no line");
  if (auto at = too_deep_at(text))
    return told(*at, "lists or groups nested too deep");
  return std::nullopt;
}

/// Returns what of the file is in no group that `known` has an option of, if anything is: CAF would not notice. Options of the
/// group "global" stand in none.
std::optional<std::string> stray(const caf::settings& read, const caf::config_option_set& known) {
  auto is_group = [&](std::string_view name) {
    return std::ranges::any_of(known, [&](const caf::config_option& each) {
      std::string_view category{each.category().data(), each.category().size()};
      return category.starts_with(name) && (category.size() == name.size() || category[name.size()] == '.');
    });
  };
  for (const auto& [name, value] : read) {
    auto is_option = known.qualified_name_lookup("global", name) != nullptr;
    if (!is_option && !caf::holds_alternative<caf::settings>(value))
      return fmt::format("\"{}\" is in no group, or not on a line of its own", name);
    if (!is_option && !is_group(name))
      return fmt::format("there is no group \"{}\"", name);
  }
  return std::nullopt;
}

/// Returns what CAF found wrong with the file's `text`, and in which line.
std::string reason_of(const caf::error& problem, std::string_view text) {
  auto code = static_cast<caf::pec>(problem.code());
  auto where = problem.context().size() == 1 && problem.context().match_element<caf::settings>(0)
                   ? problem.context().get_as<caf::settings>(0)
                   : caf::settings{};
  auto line = caf::get_or(where, "line", std::int64_t{0});
  auto lines = std::ranges::count(text, '\n') + (text.empty() || text.back() == '\n' ? 0 : 1);
  if (code == caf::pec::unexpected_newline) // counted already
    return fmt::format("line {} ends where a value, or the rest of one, is wanted", line - 1);
  if (line > lines)
    return fmt::format("it ends with line {}, in the middle of a group, list or value", lines);
  return fmt::format("line {}: {}", line, caf::to_string(code));
}

} // namespace

environment process_environment() {
  environment found;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    std::string_view entry{*each};
    auto equals = entry.find('=');
    if (entry.starts_with("WARREN_") && equals != std::string_view::npos)
      found.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return found;
}

config::config() : slots_{std::make_unique<std::vector<slot>>(option_table().size())} {
  add_message_types<caf::id_block::warren>();
  // CAF's default policy polls even when idle. Unlimited throughput would let one busy connection starve the others
  // (specs/caf.md sections 5 and 6).
  module_factories.emplace_back(make_scheduler);
  set("scheduler.policy", caf::atom("handoff"));
  set("scheduler.max-throughput", 300);
  // CAF starts four workers on two cores: they only take the cores from each other, since nothing here blocks one.
  set("scheduler.max-threads", std::max<std::size_t>(std::thread::hardware_concurrency(), 2));
  for (std::size_t i = 0; i < slots_->size(); ++i) {
    const auto& row = option_table()[i];
    auto text = fmt::format("{}; {} (default: \"{}\")", row.description, row.allowed, row.standard());
    custom_options_.add(caf::config_option{"warren", row.name, text, slot::meta(), &(*slots_)[i]});
  }
}

config::~config() = default;

caf::error config::read(std::vector<std::string> arguments, const environment& variables) {
  constexpr std::string_view file_argument = "--config-file=";
  for (auto i = arguments.begin(); i != arguments.end(); ++i) {
    if (!i->starts_with(file_argument))
      continue;
    auto file = i->substr(file_argument.size());
    arguments.erase(i);
    if (auto problem = read_file(file))
      return problem;
    break;
  }
  if (auto problem = read_arguments(std::move(arguments)))
    return problem;
  for (const auto& row : option_table()) {
    auto found = variables.find(row.variable());
    if (found == variables.end())
      continue;
    if (auto problem = set_transport(row.name, found->second, "environment " + row.variable()))
      return problem;
  }
  return caf::none;
}

/// Puts what the `text` of a config file says into `content`, unless something is wrong with it, which is returned.
std::optional<std::string> config::read_text(const std::string& text) {
  if (auto why = unfit(text))
    return why;
  std::istringstream and_more{"\n" + text + after_the_end}; // CAF does not count a newline that comes first
  std::istringstream alone{text};
  std::istringstream once_more{text};
  caf::settings unused;
  caf::settings read;
  auto broken = parse_config(and_more, custom_options_, unused);
  if (!broken)
    broken = parse_config(alone, custom_options_, read);
  if (broken)
    return reason_of(broken, text);
  if (auto why = stray(read, custom_options_))
    return why;
  if (auto why = parse_config(once_more, custom_options_, content))
    return reason_of(why, text);
  return std::nullopt;
}

caf::error config::read_file(const std::string& file) {
  auto source = "config file " + file;
  std::ifstream stream{file, std::ios::binary};
  std::string text(4 * longest_file, '\0');
  // An empty file is one; a directory can be opened, but not read.
  if (!stream || (!stream.read(text.data(), static_cast<std::streamsize>(text.size())) && stream.bad()))
    return make_error(
        errc::bad_config,
        fmt::format("option config-file: \"{}\" is refused; allowed: a file that can be read", file));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  text = plain_lines(std::move(text));
  if (auto why = read_text(text))
    return make_error(
        errc::bad_config,
        fmt::format("{} is refused: {}; allowed: groups of NAME = VALUE lines", source, *why));
  auto group = content.find("warren");
  if (group == content.end())
    return caf::none;
  auto entries = caf::get_if<caf::settings>(&group->second);
  if (entries == nullptr)
    return make_error(
        errc::bad_config,
        fmt::format("option warren ({}) is refused; allowed: a group of NAME = VALUE lines", source));
  for (const auto& [name, value] : *entries)
    if (auto problem = set_transport(std::string{name.begin(), name.end()}, slot::text_of(value), source))
      return problem;
  return caf::none;
}

caf::error config::read_arguments(std::vector<std::string> arguments) {
  constexpr std::string_view prefix = "--warren.";
  for (const auto& each : arguments) {
    if (!each.starts_with(prefix))
      continue;
    auto equals = each.find('=');
    auto name = each.substr(prefix.size(), equals == std::string::npos ? equals : equals - prefix.size());
    auto value = equals == std::string::npos ? std::string{} : each.substr(equals + 1);
    if (find_option(name) == nullptr || equals == std::string::npos)
      if (auto problem = set_transport(name, value, each))
        return problem;
  }
  for (auto& each : *slots_)
    each.text.reset();
  std::istringstream no_file;
  if (auto problem = parse(std::move(arguments), no_file))
    return make_error(errc::bad_config, "arguments are refused: " + caf::to_string(problem));
  for (std::size_t i = 0; i < slots_->size(); ++i) {
    const auto& row = option_table()[i];
    if (const auto& text = (*slots_)[i].text)
      if (auto problem = set_transport(row.name, *text, "argument --warren." + row.name))
        return problem;
  }
  return caf::none;
}

caf::error config::set_transport(std::string_view name, std::string_view value, std::string_view source) {
  if (auto why = set_option(transport_, name, value, source))
    return make_error(errc::bad_config, *why);
  return caf::none;
}

caf::error config::check() const {
  if (auto why = refusal(transport_))
    return make_error(errc::bad_config, *why);
  return caf::none;
}

} // namespace warren
