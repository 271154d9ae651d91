#pragma once

#include "messages/act.hpp"
#include "messages/peer_id.hpp"
#include "transports/session/types.hpp"

#include <map>
#include <mutex>

namespace warren {

/// The sessions of one transport, by id: tells which connection actor an inbound pipe is for. Shared by the connection
/// actors; asked when a connection is made or a pipe resumes, never per packet. As many entries as there are connections; no
/// call looks at more of them than the peer in question has.
class session_directory {
public:
  /// Each owner has one session.
  void add(const session::session_id& id, const peer_id& peer, caf::actor_addr owner);
  void remove(const session::session_id& id);

  /// The session is the peer's one connection from now on.
  void set_admitted(const session::session_id& id);

  /// The session is being closed and is no reason to refuse the peer another one.
  void set_ending(const session::session_id& id);

  /// Whether the session of `owner` is being closed, or gone.
  bool is_ending(const caf::actor_addr& owner) const;

  /// Returns null when there is no such session.
  caf::actor find(const session::session_id& id) const;

  /// Whether there is an admitted session with the peer that is not being closed; it may be without a path now.
  bool holds(const peer_id& peer) const;

private:
  struct entry {
    peer_id peer;
    caf::actor_addr owner;
    bool admitted = false;
    bool ending = false;
  };

  void forget(const session::session_id& id);

  mutable std::mutex mutex_;
  std::map<session::session_id, entry> sessions_;
  std::multimap<peer_id, session::session_id> by_peer_;
  std::map<caf::actor_addr, session::session_id> by_owner_; // who owns one
};

} // namespace warren
