#include "actors/link_circuits.hpp"

namespace warren {

link_circuit& link_circuits::add(circuit_id id, const peer_id& peer) {
  auto& circuit = circuits_[id];
  circuit.id = id;
  circuit.peer = peer;
  return circuit;
}

link_circuit* link_circuits::find(circuit_id id) {
  auto found = circuits_.find(id);
  return found == circuits_.end() ? nullptr : &found->second;
}

bool link_circuits::adopt(link_circuit& circuit, caf::actor owner) {
  circuit.owner = std::move(owner);
  return ++owned_[circuit.owner] == 1;
}

bool link_circuits::count_down(const caf::actor& owner) {
  auto found = owned_.find(owner);
  if (found == owned_.end() || --found->second > 0)
    return false;
  owned_.erase(found);
  return true;
}

bool link_circuits::disown(link_circuit& circuit) {
  return count_down(std::exchange(circuit.owner, nullptr));
}

link_circuit link_circuits::remove(circuit_id id, bool& last) {
  auto taken = circuits_.extract(id);
  last = count_down(taken.mapped().owner);
  return std::move(taken.mapped());
}

std::vector<circuit_id> link_circuits::of(const caf::actor_addr& owner) const {
  auto result = std::vector<circuit_id>{};
  for (const auto& [id, circuit] : circuits_)
    if (circuit.owner && circuit.owner.address() == owner)
      result.push_back(id);
  return result;
}

} // namespace warren
