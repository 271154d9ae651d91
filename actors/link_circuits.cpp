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

link_circuit link_circuits::remove(circuit_id id, bool& last) {
  auto taken = circuits_.extract(id);
  auto circuit = std::move(taken.mapped());
  last = false;
  if (auto found = owned_.find(circuit.owner); found != owned_.end() && --found->second == 0) {
    owned_.erase(found);
    last = true;
  }
  return circuit;
}

std::vector<circuit_id> link_circuits::of(const caf::actor_addr& owner) const {
  auto result = std::vector<circuit_id>{};
  for (const auto& [id, circuit] : circuits_)
    if (circuit.owner && circuit.owner.address() == owner)
      result.push_back(id);
  return result;
}

} // namespace warren
