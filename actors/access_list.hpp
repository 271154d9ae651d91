#pragma once

#include "messages/peer_id.hpp"

#include <set>
#include <string>
#include <variant>

namespace warren {

/// Who may connect: the peer ids of a file, one a line, z-base-32 or hexadecimal; blank lines and lines that begin with
/// '#' are skipped.
class access_list {
public:
  /// Returns the list in `file`, or what is wrong with it, with the line. An empty list lets nobody in.
  static std::variant<access_list, std::string> load(const std::string& file);

  bool allows(const peer_id& peer) const { return peers_.contains(peer); }

private:
  std::set<peer_id> peers_;
};

} // namespace warren
