#pragma once

#include "messages/dht.hpp"
#include "tools/warren/output.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace warren::program {

/// One line of `warren doctor`: what was looked at, what came out, what that means, and what to do about it.
struct finding {
  std::string check;
  std::string state; // "good", "limited", "bad", "unknown"
  std::string result;
  std::string meaning;
  std::string advice; // empty: nothing to do
  json detail = json::object();
};

/// What a DHT node of ours went through in one address family.
struct dht_facts {
  bool tried = false; // bootstrap nodes of this family were given
  std::vector<endpoint> bootstrap;
  std::string problem; // why it could not even start
  dht_status status;
};

struct relay_facts {
  std::string url;
  bool joined = false;
  std::string reason; // why not
  /// The relay's clock less ours, when its answer said what time it is there.
  std::optional<std::chrono::seconds> skew;
};

struct doctor_facts {
  dht_facts ipv4;
  dht_facts ipv6;
  std::vector<ip_address> own_addresses;
  std::vector<relay_facts> relays;
  std::vector<std::pair<std::string, std::string>> proxies; // variable -> value, without user and password
};

/// Says what the facts mean.
std::vector<finding> judge(const doctor_facts& facts);

/// Returns why peers cannot be reached from here at all, with what to do; empty when some way works, or none was tried.
std::string no_way_out(const doctor_facts& facts);

} // namespace warren::program
