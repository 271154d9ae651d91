#include "actors/relay_names.hpp"

#include "transports/net/certificate_names.hpp"
#include "transports/net/url.hpp"

#include <algorithm>

namespace warren {

namespace {

/// An IPv6 address in brackets, as in a URL.
std::string in_url(const std::string& name) {
  return name.find(':') == std::string::npos ? name : "[" + name + "]";
}

/// Returns "host:port" as a guest signs it, or nothing when `text` is something else.
std::optional<std::string> normalised(const std::string& text) {
  auto where = net::url::parse("wss://" + text);
  auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  if (!where)
    return std::nullopt;
  auto host = where->authority();
  // Not so when there was no port, or more than a host and a port.
  if (!std::equal(text.begin(), text.end(), host.begin(), host.end(), same))
    return std::nullopt;
  return host;
}

caf::expected<std::vector<std::string>> normalised(const std::vector<std::string>& hosts) {
  std::vector<std::string> result;
  for (const auto& each : hosts) {
    auto host = normalised(each);
    if (!host)
      return make_error(
          errc::bad_config, "relay host (--host) \"" + each
                                + "\" is refused; allowed: HOST:PORT as guests dial it, "
                                  "such as relay.example.org:443");
    result.push_back(std::move(*host));
  }
  return result;
}

} // namespace

caf::expected<std::vector<std::string>> relay_names(const relay_server_config& config) {
  if (!config.machine.hosts.empty())
    return normalised(config.machine.hosts);
  std::vector<std::string> names;
  auto add = [&names](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  };
  if (config.bind.address.is_loopback()) {
    add(in_url(to_string(config.bind.address)));
    add("localhost");
  }
  if (const auto& file = config.tls_certificate_file; !file.empty()) {
    auto certified = net::certificate_names(file);
    if (!certified)
      return make_error(errc::bad_config, "TLS certificate \"" + file + "\": " + certified.error().message());
    for (const auto& name : *certified)
      add(in_url(name));
  }
  if (names.empty())
    return make_error(
        errc::bad_config, "a relay at " + to_string(config.bind)
                              + " must know how guests reach it: give --host HOST:PORT, such as "
                                "relay.example.org:443, or a TLS certificate that names it");
  return names;
}

std::vector<std::string> with_port(std::vector<std::string> names, std::uint16_t port) {
  for (auto& each : names)
    if (auto colon = each.rfind(':'); colon == std::string::npos || each.ends_with(']'))
      each += ":" + std::to_string(port);
  return names;
}

} // namespace warren
