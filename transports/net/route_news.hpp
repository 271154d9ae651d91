#pragma once

#include "messages/bytes.hpp"
#include "messages/endpoint.hpp"

#include <cstdint>
#include <map>
#include <set>

namespace warren::net {

/// Reads what the kernel tells on an rtnetlink socket (rtnetlink(7)): which of it may move the paths of this host.
/// Addresses that come and go, default routes, and interfaces that get and lose their carrier do; what is only told again
/// (IPv6 lifetimes, counters) does not. Only notifications that have the size they claim are believed.
class route_news {
public:
  /// Addresses and interfaces remembered; beyond it the table is emptied, and what is told again counts once more.
  static constexpr std::size_t most_remembered = 1024;

  /// Takes one datagram of the kernel; returns true when paths may have changed.
  bool handle(byte_view datagram);

  /// Messages that were cut short or claim an impossible size.
  std::uint64_t malformed() const noexcept { return malformed_; }

private:
  bool handle_address(byte_view body, bool added);
  bool handle_route(byte_view body);
  bool handle_link(byte_view body, bool gone);

  std::set<std::pair<std::uint32_t, ip_address>> addresses_; // by interface
  std::map<std::int32_t, bool> running_;                     // by interface
  std::uint64_t malformed_ = 0;
};

} // namespace warren::net
