#pragma once

#include "transports/net/udp_socket.hpp"

#include <optional>
#include <set>

namespace warren::net {

/// A multicast group on the interfaces of this host: those that are up, can multicast, have an address of the group's
/// family, and are not the loopback. Not thread-safe but for what arrives at socket().
class multicast_group {
public:
  /// Opens the group's port (shared with other processes) without joining anything yet. With `only`, interfaces without
  /// that address are left out.
  static result<std::unique_ptr<multicast_group>> open(const endpoint& group, std::optional<ip_address> only);

  /// Joins the group on interfaces that have come up since. Returns true when it joined one.
  bool refresh();

  /// Sends `payload` to the group on each joined interface, to neighbours only (TTL 1). Returns on how many it went out.
  std::size_t send(byte_view payload);

  /// What arrives for the group; read it with a udp_receiver.
  const std::shared_ptr<udp_socket>& socket() const noexcept { return socket_; }

private:
  multicast_group(const endpoint& group, std::optional<ip_address> only, std::shared_ptr<udp_socket> socket)
      : group_{group}, only_{only}, socket_{std::move(socket)} {}

  bool join(unsigned index);

  endpoint group_;
  std::optional<ip_address> only_;
  std::shared_ptr<udp_socket> socket_;
  std::set<unsigned> joined_; // interface indices
};

} // namespace warren::net
