#include "actors/option_table.hpp"

#include "transports/net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <limits>
#include <unistd.h>

namespace warren {

namespace {

using std::chrono::milliseconds;

/// Stands for the value of a secret option.
constexpr std::string_view hidden = "(hidden)";

constexpr std::array<std::pair<std::string_view, transport_mode>, 4> modes{{
    {"auto", transport_mode::automatic},
    {"hyperswarm", transport_mode::hyperswarm},
    {"relay", transport_mode::relay},
    {"disabled", transport_mode::disabled},
}};

struct suffix {
  std::string_view text;
  std::uint64_t factor;
};

constexpr std::array<suffix, 4> time_suffixes{{{"ms", 1}, {"min", 60'000}, {"h", 3'600'000}, {"s", 1'000}}};
constexpr std::array<suffix, 3> size_suffixes{{{"KiB", 1u << 10}, {"MiB", 1u << 20}, {"GiB", 1u << 30}}};

/// Returns the whole number in `text`, which may end in one of `suffixes`; nothing when it is none or above 2^53.
template <std::size_t N>
std::optional<std::uint64_t> parse_number(std::string_view text, const std::array<suffix, N>& suffixes) {
  std::uint64_t factor = 1;
  for (const auto& each : suffixes) {
    if (text.ends_with(each.text)) {
      text.remove_suffix(each.text.size());
      factor = each.factor;
      break;
    }
  }
  std::uint64_t value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  if (value > (std::uint64_t{1} << 53) / factor)
    return std::nullopt;
  return value * factor;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    auto comma = text.find(',');
    auto part = text.substr(0, comma);
    while (part.starts_with(' '))
      part.remove_prefix(1);
    while (part.ends_with(' '))
      part.remove_suffix(1);
    parts.push_back(part);
    if (comma == std::string_view::npos)
      break;
    text.remove_prefix(comma + 1);
  }
  return parts;
}

option_row time_row(
    std::string name, milliseconds options::*field, std::uint64_t least, std::uint64_t most,
    std::string description) {
  option_row row;
  row.name = std::move(name);
  row.allowed = fmt::format("{} to {} ms (500ms, 30s, 5min and 1h are understood too)", least, most);
  row.unit = "ms";
  row.description = std::move(description);
  row.good = std::to_string(std::max<std::uint64_t>(least, 1'000));
  row.bad = least > 0 ? "0" : "-1";
  row.set = [=](options& opts, std::string_view text) {
    auto value = parse_number(text, time_suffixes);
    if (!value || *value < least || *value > most)
      return false;
    opts.*field = milliseconds{*value};
    return true;
  };
  row.show = [=](const options& opts) { return std::to_string((opts.*field).count()); };
  return row;
}

template <class T>
option_row number_row(
    std::string name, T options::*field, std::uint64_t least, std::uint64_t most, std::string unit,
    std::string description) {
  option_row row;
  row.name = std::move(name);
  row.allowed = unit.empty()
                    ? fmt::format("{} to {}", least, most)
                    : fmt::format("{} to {} {} (KiB, MiB and GiB are understood too)", least, most, unit);
  row.unit = std::move(unit);
  row.description = std::move(description);
  row.good = std::to_string(least);
  row.bad = std::to_string(most + 1);
  row.set = [=](options& opts, std::string_view text) {
    auto value = parse_number(text, size_suffixes);
    if (!value || *value < least || *value > most)
      return false;
    opts.*field = static_cast<T>(*value);
    return true;
  };
  row.show = [=](const options& opts) { return std::to_string(opts.*field); };
  return row;
}

/// True when a file at `path` can be read, or is not asked for.
bool readable(std::string_view path) {
  std::error_code ignored;
  return path.empty()
         || (std::filesystem::is_regular_file(path, ignored) && access(std::string{path}.c_str(), R_OK) == 0);
}

/// True when a file could be at `path`: its directory exists and it is no directory itself.
bool has_directory(std::string_view path) {
  std::error_code ignored;
  auto parent = std::filesystem::path{path}.parent_path();
  return path.empty()
         || ((parent.empty() || std::filesystem::is_directory(parent, ignored))
             && !std::filesystem::is_directory(path, ignored));
}

/// True for printable ASCII without spaces, as HTTP fields take it, of at most 256 octets.
bool is_token(std::string_view text) {
  return text.size() <= 256
         && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// The access token of the relays: as a text row, but nobody is shown the text.
option_row token_row() {
  option_row row;
  row.name = "relay-token";
  row.allowed = "printable ASCII without spaces, at most 256 characters";
  row.description = "access token shown to relays";
  row.good = "s3cret";
  row.bad = "two words";
  row.secret = true;
  row.set = [](options& opts, std::string_view text) {
    if (!is_token(text))
      return false;
    opts.relay_token = secret_bytes{text};
    return true;
  };
  row.show = [](const options& opts) { return std::string{opts.relay_token.empty() ? "" : hidden}; };
  row.valid = [](const options& opts) { return is_token(as_text(opts.relay_token.view())); };
  return row;
}

struct text_rule {
  std::string allowed;
  std::string good;
  std::string bad;
  bool (*check)(std::string_view);
};

option_row text_row(std::string name, std::string options::*field, text_rule rule, std::string description) {
  option_row row;
  row.name = std::move(name);
  row.allowed = std::move(rule.allowed);
  row.description = std::move(description);
  row.good = std::move(rule.good);
  row.bad = std::move(rule.bad);
  row.set = [=](options& opts, std::string_view text) {
    if (!rule.check(text))
      return false;
    opts.*field = std::string{text};
    return true;
  };
  row.show = [=](const options& opts) { return opts.*field; };
  return row;
}

option_row mode_row() {
  option_row row;
  row.name = "mode";
  row.allowed = "one of auto, hyperswarm, relay, disabled";
  row.description =
      "how peers are reached: auto tries all, hyperswarm only directly, relay only through relays";
  row.good = "relay";
  row.bad = "Relay";
  row.set = [](options& opts, std::string_view text) {
    auto found =
        std::find_if(modes.begin(), modes.end(), [=](const auto& each) { return each.first == text; });
    if (found == modes.end())
      return false;
    opts.mode = found->second;
    return true;
  };
  row.show = [](const options& opts) { return to_string(opts.mode); };
  return row;
}

option_row bind_row() {
  option_row row;
  row.name = "bind";
  row.allowed = "IP:PORT or [IPV6]:PORT, port 0 = any free one";
  row.description = "the UDP address everything direct is sent from and received on";
  row.good = "127.0.0.1:0";
  row.bad = "localhost:70000";
  row.set = [](options& opts, std::string_view text) {
    auto where = endpoint::parse(text);
    if (!where || where->address.is_multicast())
      return false;
    opts.bind = *where;
    return true;
  };
  row.show = [](const options& opts) { return to_string(opts.bind); };
  return row;
}

option_row bootstrap_row() {
  option_row row;
  row.name = "bootstrap";
  row.allowed = "IP:PORT[,IP:PORT...], or empty";
  row.description = "DHT nodes to start from; empty: wait until others come to us";
  row.good = "192.0.2.1:6881,[2001:db8::1]:6881";
  row.bad = "192.0.2.1";
  row.set = [](options& opts, std::string_view text) {
    std::vector<endpoint> list;
    for (auto part : split(text)) {
      auto where = endpoint::parse(part);
      if (!where || where->port == 0 || where->address.is_multicast() || where->address.is_unspecified())
        return false;
      list.push_back(*where);
    }
    opts.bootstrap = std::move(list);
    return true;
  };
  row.show = [](const options& opts) {
    std::string text;
    for (const auto& each : opts.bootstrap)
      text += (text.empty() ? "" : ",") + to_string(each);
    return text;
  };
  return row;
}

option_row relay_url_row() {
  option_row row;
  row.name = "relay-url";
  row.allowed =
      "URLs that begin with ws:// or wss:// (in lower case) and name a host, separated by commas, such as "
      "wss://relay.example.org/";
  row.description = "relays in order of preference";
  row.good = "wss://relay.example.org/,ws://127.0.0.1:8080/";
  row.bad = "http://relay.example.org/";
  row.set = [](options& opts, std::string_view text) {
    std::vector<std::string> list;
    for (auto part : split(text)) {
      auto where = net::url::parse(part);
      if (!where || (where->scheme != net::url_scheme::ws && where->scheme != net::url_scheme::wss))
        return false;
      list.emplace_back(part);
    }
    opts.relay_urls = std::move(list);
    return true;
  };
  row.show = [](const options& opts) { return fmt::format("{}", fmt::join(opts.relay_urls, ",")); };
  return row;
}

option_row dht_blocked_row() {
  option_row row;
  row.name = "dht-blocked";
  row.allowed = "IP/BITS[,IP/BITS...] or empty; an IP alone is one host";
  row.description = "networks whose DHT nodes and peers are neither asked, answered, nor told of";
  row.good = "192.0.2.0/24,2001:db8::/32,198.51.100.7";
  row.bad = "192.0.2.0/33";
  row.set = [](options& opts, std::string_view text) {
    std::vector<dht::network> list;
    for (auto part : split(text)) {
      auto network = dht::network::parse(part);
      if (!network)
        return false;
      list.push_back(*network);
    }
    opts.dht_blocked = std::move(list);
    return true;
  };
  row.show = [](const options& opts) {
    std::string text;
    for (const auto& each : opts.dht_blocked)
      text += (text.empty() ? "" : ",") + to_string(each);
    return text;
  };
  return row;
}

option_row flag_row(std::string name, bool options::*field, std::string description) {
  option_row row;
  row.name = std::move(name);
  row.allowed = "true or false";
  row.description = std::move(description);
  row.good = "true";
  row.bad = "yes";
  row.set = [=](options& opts, std::string_view text) {
    if (text != "true" && text != "false")
      return false;
    opts.*field = text == "true";
    return true;
  };
  row.show = [=](const options& opts) { return std::string{opts.*field ? "true" : "false"}; };
  return row;
}

void add_file_rows(std::vector<option_row>& rows) {
  rows.push_back(token_row());
  rows.push_back(text_row(
      "relay-ca", &options::relay_ca_file,
      {"a readable PEM file, or empty", "/etc/hostname", "/nonexistent/ca.pem", readable},
      "certificate authorities trusted for wss:// relays; empty: the system's"));
  rows.push_back(text_row(
      "identity", &options::identity_file,
      {"a file in an existing directory, or empty", "identity.key", "/nonexistent/identity.key",
       has_directory},
      "the key pair of this peer, made on first start; empty: a new one for this process only"));
  rows.push_back(text_row(
      "allow", &options::allow_file,
      {"a readable file, or empty", "/etc/hostname", "/nonexistent/allow", readable},
      "peer ids that may connect, one per line; empty: everyone who knows the topic"));
  rows.push_back(text_row(
      "dht-state", &options::dht_state_file,
      {"a file in an existing directory, or empty", "dht.state", "/nonexistent/dht.state", has_directory},
      "where the DHT routing table is kept from one run to the next; empty: not kept"));
}

void add_time_rows(std::vector<option_row>& rows) {
  constexpr std::uint64_t hour = 3'600'000;
  // pluresdb-transport.md section 2 asks for timeout_ms and the recommendation in the refusal.
  auto connect = time_row(
      "connect-timeout", &options::connect_timeout, 1, hour,
      "how long one dial may take, handshake included (timeout_ms)");
  connect.allowed = "timeout_ms must be above 0, recommended 30000; " + connect.allowed;
  rows.push_back(std::move(connect));
  rows.push_back(time_row(
      "announce-interval", &options::announce_interval, 100, 24 * hour,
      "how often topics are looked up again (the DHT node repeats an announcement by itself)"));
  rows.push_back(time_row(
      "relay-delay", &options::relay_delay, 0, hour,
      "mode auto: how long the direct way is tried before the relay is used"));
  rows.push_back(time_row(
      "keep-alive-interval", &options::keep_alive_interval, 10, hour,
      "silence after which a path that is not in use is asked for a sign of life (after use: 5 s, if that is "
      "less)"));
  rows.push_back(time_row(
      "path-timeout", &options::path_timeout, 20, hour,
      "a path whose data stays unacknowledged this long is dead"));
  rows.push_back(time_row(
      "resume-window", &options::resume_window, 0, hour,
      "how long a connection without any path waits for a new one"));
  rows.push_back(time_row(
      "shutdown-timeout", &options::shutdown_timeout, 100, 20'000,
      "disconnecting and stopping (SIGTERM): how long a peer is waited for that says nothing at all, twice "
      "that, up to 20 s, where it lacks something and there is no path; `warren pipe` waits 20000 unless "
      "told"));
}

void add_limit_rows(std::vector<option_row>& rows) {
  rows.push_back(number_row("max-peers", &options::max_peers, 1, 65'535, "", "peers connected at once"));
  rows.push_back(number_row("max-dials", &options::max_dials, 1, 1'024, "", "dials in flight at once"));
  rows.push_back(number_row("max-topics", &options::max_topics, 1, 65'535, "", "topics joined at once"));
  rows.push_back(number_row(
      "send-buffer", &options::send_buffer, 65'536, 1u << 30, "octets",
      "kept per connection until the peer acknowledged them; of them, 64 MiB at most are on their way at "
      "once"));
  rows.push_back(number_row(
      "channel-window", &options::channel_window, 16'384, 1u << 30, "octets",
      "a peer may send this much per channel before we consumed it; 4 to 64 MiB on a connection at once"));
  rows.push_back(flag_row(
      "compression", &options::compression,
      "send what shrinks compressed (zstd) to peers that do the same, and read it from them; false where "
      "one message holds both secrets and what others wrote, whose size would then tell of the secrets"));
  rows.push_back(number_row(
      "compress-below", &options::compress_below, 1, std::uint64_t{1} << 40, "octets per second",
      "on a path that delivers as much nothing is compressed, since plain octets get through faster"));
}

std::vector<option_row> make_table() {
  std::vector<option_row> rows;
  rows.push_back(mode_row());
  rows.push_back(bind_row());
  rows.push_back(bootstrap_row());
  rows.push_back(relay_url_row());
  rows.push_back(flag_row(
      "dht-read-only", &options::dht_read_only,
      "ask the DHT but answer nothing (BEP 43), for hosts that nobody can reach"));
  rows.push_back(dht_blocked_row());
  rows.push_back(flag_row(
      "local-discovery", &options::local_discovery,
      "look for peers in the local network by multicast (BEP 14), of the IP family of bind; who listens "
      "there sees the info-hashes"));
  add_file_rows(rows);
  add_time_rows(rows);
  add_limit_rows(rows);
  for (auto& row : rows)
    if (!row.valid)
      row.valid = [set = row.set, show = row.show](const options& opts) {
        auto copy = opts;
        return set(copy, show(opts));
      };
  return rows;
}

std::string refuse(const option_row& row, std::string_view value, std::string_view source) {
  auto where = source.empty() ? std::string{} : fmt::format(" ({})", source);
  return fmt::format(
      "option {}{}: \"{}\" is refused; allowed: {}", row.name, where, row.secret ? hidden : value,
      row.allowed);
}

} // namespace

std::string option_row::standard() const {
  return show(options{});
}

std::string option_row::variable() const {
  std::string text = "WARREN_";
  for (char c : name)
    text += c == '-' ? '_' : static_cast<char>(c - ('a' <= c && c <= 'z' ? 'a' - 'A' : 0));
  return text;
}

const std::vector<option_row>& option_table() {
  static const auto table = make_table();
  return table;
}

const option_row* find_option(std::string_view name) {
  const auto& table = option_table();
  auto found = std::find_if(table.begin(), table.end(), [=](const auto& row) { return row.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::optional<std::string> set_option(
    options& opts, std::string_view name, std::string_view value, std::string_view source) {
  auto row = find_option(name);
  if (row == nullptr) {
    std::string known;
    for (const auto& each : option_table())
      known += (known.empty() ? "" : ", ") + each.name;
    return fmt::format(
        "option {} ({}): \"{}\" is refused: there is no such option; allowed: {}", name, source, value,
        known);
  }
  if (!row->set(opts, value))
    return refuse(*row, value, source);
  return std::nullopt;
}

std::optional<std::string> refusal(const options& opts) {
  for (const auto& row : option_table())
    if (!row.valid(opts))
      return refuse(row, row.show(opts), {});
  if (opts.mode == transport_mode::relay && opts.relay_urls.empty())
    return "option relay-url: \"\" is refused: relay_url is required when mode is relay; allowed: at least "
           "one URL that "
           "begins with ws:// or wss://, such as wss://relay.example.org/";
  return std::nullopt;
}

std::vector<std::string> warnings(const options& opts) {
  std::vector<std::string> list;
  for (const auto& each : opts.relay_urls)
    if (each.starts_with("ws://"))
      list.push_back(fmt::format(
          "relay-url {} is unencrypted: who listens sees which peers meet (not what they say); prefer wss://",
          each));
  if (opts.mode == transport_mode::hyperswarm && opts.bootstrap.empty())
    list.emplace_back("mode hyperswarm without bootstrap nodes: only peers that come to us will be found");
  if (opts.mode == transport_mode::automatic && opts.bootstrap.empty() && opts.relay_urls.empty())
    list.emplace_back("neither bootstrap nodes nor relays: only peers that come to us will be found");
  return list;
}

std::string to_string(transport_mode mode) {
  for (const auto& [text, value] : modes)
    if (value == mode)
      return std::string{text};
  return "unknown";
}

} // namespace warren
