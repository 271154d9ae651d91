#pragma once

#include "messages/endpoint.hpp"
#include "messages/time.hpp"
#include "tests/sim/network/random.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace warren::sim {

/// RFC 4787 4.1 and 5: what a mapping, or a filter, depends on.
enum class nat_dependence : std::uint8_t {
  endpoint_independent,
  address_dependent,
  address_and_port_dependent,
};

/// What kind of network address translator it is, in the words of RFC 4787.
struct nat_behaviour {
  nat_dependence mapping = nat_dependence::endpoint_independent;
  nat_dependence filtering = nat_dependence::address_and_port_dependent;
  /// 4.2.1: keeps the inside port where it is free. Otherwise ports are drawn at random.
  bool preserves_ports = false;
  /// 4.3: a mapping not used from inside for this long is gone; so is a filter's permission. "Not less than two minutes".
  duration lifetime = std::chrono::minutes{2};
  /// 6: hosts inside reach each other by their outside endpoints.
  bool hairpinning = true;
};

/// The translation table of one NAT with one outside address.
class nat {
public:
  nat(const ip_address& outside, const nat_behaviour& how) : outside_{outside}, how_{how} {}

  const ip_address& outside() const noexcept { return outside_; }

  const nat_behaviour& behaviour() const noexcept { return how_; }

  /// Returns the outside endpoint that a datagram from `inside` to `remote` leaves from; makes or prolongs the mapping.
  /// Nothing when all ports are taken.
  std::optional<endpoint> outbound(
      time_point now, const endpoint& inside, const endpoint& remote, random& draw);

  /// Returns the inside endpoint that gets a datagram from `remote` to the outside `port`, or nothing: no mapping, or
  /// filtered.
  std::optional<endpoint> inbound(time_point now, std::uint16_t port, const endpoint& remote) const;

  /// Forgets all mappings, as a restarted box does.
  void reset();

  std::size_t mappings() const noexcept { return by_port_.size(); }

private:
  struct key {
    endpoint inside;
    endpoint remote; // as much of it as the mapping depends on
    friend bool operator==(const key&, const key&) = default;
  };

  struct key_hash {
    std::size_t operator()(const key& k) const noexcept {
      return std::hash<endpoint>{}(k.inside) ^ random::mix(std::hash<endpoint>{}(k.remote));
    }
  };

  struct permission {
    endpoint remote; // as much of it as the filter depends on
    time_point until;
  };

  struct mapping {
    key from;
    time_point until;
    std::vector<permission> permitted;
  };

  static endpoint reduce(const endpoint& remote, nat_dependence how);
  std::optional<std::uint16_t> free_port(time_point now, std::uint16_t wanted, random& draw);
  bool taken(time_point now, std::uint16_t port);
  void permit(time_point now, mapping& through, const endpoint& remote) const;

  ip_address outside_;
  nat_behaviour how_;
  std::unordered_map<key, std::uint16_t, key_hash> by_inside_;
  std::unordered_map<std::uint16_t, mapping> by_port_;
};

} // namespace warren::sim
