#pragma once

#include "messages/endpoint.hpp"
#include "transports/dht/nat_mapping.hpp"

#include <optional>
#include <vector>

namespace warren::dht {

/// Finds out the own public endpoint from the `ip` field of responses (BEP 42). Each network (see voting_network_of) has
/// one vote, its latest; only the latest `window` votes count. An address wins with the votes that the config asks for and
/// more than half of all, so that a few liars change nothing, unless they are the first to answer, and
/// then not for long (see node::settle_id).
class external_votes {
public:
  static constexpr std::size_t window = 32;

  /// Where addresses may be shared (may_share), each endpoint has a vote of its own.
  external_votes(std::size_t needed, bool allow_same_ip) : needed_{needed}, allow_same_ip_{allow_same_ip} {}

  /// Counts that `voter` sees us at `seen`. A port of 0 says nothing about the port. Useless votes are ignored: unusable
  /// addresses, and local ones from voters that are not local. Returns true when the winner has changed.
  bool vote(const endpoint& voter, const endpoint& seen);

  /// Returns the winning address with the port most voted for on it.
  const std::optional<endpoint>& winner() const noexcept { return winner_; }

  /// Returns the votes that count, oldest first; find_mapping() tells from them what the NAT does.
  const std::vector<observation>& observations() const noexcept { return ballots_; }

private:
  endpoint source_of(const endpoint& voter) const;
  std::optional<endpoint> count() const;

  std::size_t needed_;
  bool allow_same_ip_;
  std::vector<observation> ballots_; // oldest first
  std::optional<endpoint> winner_;
};

} // namespace warren::dht
