#include "transports/net/url.hpp"

#include "messages/endpoint.hpp"
#include "transports/net/errc.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace warren::net {

namespace {

struct scheme_entry {
  std::string_view prefix;
  url_scheme scheme;
  std::uint16_t port;
};

constexpr std::array schemes{
    scheme_entry{"ws://", url_scheme::ws, 80},
    scheme_entry{"wss://", url_scheme::wss, 443},
    scheme_entry{"http://", url_scheme::http, 80},
    scheme_entry{"https://", url_scheme::https, 443},
};

// RFC 1035 2.3.4: 255 octets or less.
constexpr std::size_t longest_host = 253;
constexpr std::size_t longest_url = 2'048;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 3986 3.2.2 reg-name without percent-encoding, plus the underscore that real names have.
bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > longest_host || host.front() == '.' || host.front() == '-')
    return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
  });
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || port == 0)
    return std::nullopt;
  return port;
}

bool parse_authority(std::string_view authority, url& out) {
  std::string_view host;
  std::string_view rest;
  if (authority.starts_with('[')) {
    auto end = authority.find(']');
    if (end == std::string_view::npos)
      return false;
    host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
    auto address = ip_address::parse(host);
    if (!address || host.find(':') == std::string_view::npos)
      return false;
  } else {
    auto colon = std::min(authority.find(':'), authority.size());
    host = authority.substr(0, colon);
    rest = authority.substr(colon);
    if (!is_host_name(host))
      return false;
  }
  if (!rest.empty()) {
    auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
    if (!port)
      return false;
    out.port = *port;
  }
  out.host = host;
  std::transform(out.host.begin(), out.host.end(), out.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return true;
}

} // namespace

result<url> url::parse(std::string_view text) {
  auto entry = std::find_if(schemes.begin(), schemes.end(), [text](const scheme_entry& known) {
    return text.starts_with(known.prefix);
  });
  if (entry == schemes.end())
    return net_errc::bad_scheme;
  auto printable = [](char c) { return c > ' ' && c < '\x7f'; };
  if (text.size() > longest_url || !std::all_of(text.begin(), text.end(), printable))
    return net_errc::bad_url;
  auto rest = text.substr(entry->prefix.size());
  auto slash = std::min(rest.find_first_of("/?#"), rest.size());
  auto path = rest.substr(slash);
  url parsed{.scheme = entry->scheme, .host = {}, .port = entry->port, .path = "/"};
  if (path.find('#') != std::string_view::npos || !parse_authority(rest.substr(0, slash), parsed))
    return net_errc::bad_url;
  if (path.starts_with('/'))
    parsed.path = path;
  else
    parsed.path.append(path);
  return parsed;
}

std::string url::authority() const {
  auto shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return shown + ":" + std::to_string(port);
}

std::string to_string(const url& where) {
  auto entry = std::find_if(schemes.begin(), schemes.end(), [&where](const scheme_entry& known) {
    return where.scheme == known.scheme;
  });
  return std::string{entry->prefix} + where.authority() + where.path;
}

} // namespace warren::net
