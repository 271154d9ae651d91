#pragma once

#include "messages/bytes.hpp"
#include "messages/endpoint.hpp"
#include "messages/secret_bytes.hpp"
#include "transports/dht/block_list.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace warren {

enum class transport_mode : std::uint8_t { automatic, hyperswarm, relay, disabled };

/// Everything a Warren transport can be told. Defaults, ranges and units of each option stand in one table:
/// actors/option_table.cpp.
struct options {
  transport_mode mode = transport_mode::automatic;
  endpoint bind;                       // UDP; port 0 = any
  std::vector<endpoint> bootstrap;     // DHT nodes to start from; empty: stay alone until others come to us
  std::vector<std::string> relay_urls; // ws:// or wss://, in priority order
  secret_bytes
      relay_token; // wiped with the options; where it was read from (arguments, environment, file) is not
  std::string relay_ca_file;  // PEM; empty: the system's certificate authorities
  std::string identity_file;  // empty: a new identity for this process only
  std::string allow_file;     // peer ids that may connect, one per line; empty: everyone who knows the topic
  std::string dht_state_file; // saved routing table; empty: not kept
  bool dht_read_only = false; // BEP 43
  std::vector<dht::network> dht_blocked; // DHT nodes and peers there are neither asked, answered nor told of
  bool local_discovery = false;          // BEP 14

  std::chrono::milliseconds connect_timeout{30'000};   // one dial, handshake included
  std::chrono::milliseconds announce_interval{60'000}; // looking a topic up and announcing it again
  std::chrono::milliseconds relay_delay{
      1'000}; // auto: how long the direct way is tried before the relay is used
  std::chrono::milliseconds keep_alive_interval{20'000}; // on a path that is not in use
  std::chrono::milliseconds path_timeout{15'000}; // a path whose data stays unacknowledged this long is dead
  std::chrono::milliseconds resume_window{60'000};
  std::chrono::milliseconds shutdown_timeout{5'000}; // with a peer that says nothing at all

  std::uint32_t max_peers = 256;
  std::uint32_t max_dials = 32; // in flight at once
  std::uint32_t max_topics = 64;
  std::uint64_t send_buffer = 4u << 20;      // octets kept per connection until acknowledged
  std::uint64_t channel_window = 1u << 20;   // octets a peer may send per channel before we consumed them
  bool compression = true;                   // zstd, if the peer does too
  std::uint64_t compress_below = 64'000'000; // octets per second that the path delivers
};

} // namespace warren
