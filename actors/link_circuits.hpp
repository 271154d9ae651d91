#pragma once

#include "messages/types.hpp"

#include <deque>
#include <map>
#include <unordered_map>
#include <vector>

namespace warren {

/// Octets an owner may have under way in the link, per circuit.
inline constexpr std::size_t owner_window = 256 * 1024;

/// One circuit of a relay_link, on its way between the relay machine and the actor that owns it.
struct link_circuit {
  circuit_id id = 0;
  peer_id peer;
  caf::actor owner;       // none while it is only offered
  std::deque<chunk> held; // came before there was an owner; bounded by the circuit's window
  std::deque<chunk> unsent;
  std::size_t sent_of_first = 0; // octets of unsent.front() that the machine has taken
  std::size_t unsent_octets = 0;
  std::size_t owed = 0; // octets taken and not yet granted to the owner again
  bool closing = false; // the owner closed it; ends when `unsent` is empty
};

/// The circuits of a relay_link by id and by owner.
class link_circuits {
public:
  link_circuit& add(circuit_id id, const peer_id& peer);

  link_circuit* find(circuit_id id);

  /// Names the owner. Returns true when it owned none before: it must be monitored now.
  bool adopt(link_circuit& circuit, caf::actor owner);

  /// Takes the circuit from its owner; it is only offered again. Returns true when that owner owns no other.
  bool disown(link_circuit& circuit);

  /// Removes and returns a circuit. `last` tells that its owner owns no other: it need not be monitored any more.
  link_circuit remove(circuit_id id, bool& last);

  /// Returns the circuits of an owner.
  std::vector<circuit_id> of(const caf::actor_addr& owner) const;

  const std::map<circuit_id, link_circuit>& all() const noexcept { return circuits_; }

private:
  bool count_down(const caf::actor& owner);

  std::map<circuit_id, link_circuit> circuits_;
  std::unordered_map<caf::actor, std::size_t> owned_;
};

} // namespace warren
