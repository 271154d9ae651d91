#include "actors/relay_link_state.hpp"
#include "actors/relay_reason.hpp"

namespace warren {

namespace {

/// How long a circuit that its owner closed still hands on what it was given.
constexpr auto linger = std::chrono::seconds{10};

relay::circuit wire(circuit_id id) {
  return relay::circuit{id};
}

circuit_id local(relay::circuit id) {
  return static_cast<circuit_id>(id);
}

} // namespace

void relay_link_state::handle(const open_circuit& wanted) {
  auto opened = client.open_circuit(now(), wanted.peer);
  if (opened)
    give(circuits.add(local(*opened), wanted.peer), wanted.owner);
  else
    act::mail(self, circuit_closed{0, opened.error().message()}).send(wanted.owner);
}

void relay_link_state::handle(const accept_circuit& accepted) {
  auto circuit = circuits.find(accepted.circuit);
  if (circuit == nullptr || circuit->owner) {
    act::mail(self, circuit_closed{accepted.circuit, "the peer took its offer back"}).send(accepted.owner);
    return;
  }
  give(*circuit, accepted.owner);
  for (auto& data : std::exchange(circuit->held, {}))
    deliver(*circuit, std::move(data));
}

void relay_link_state::handle(const yield_circuit& given_back) {
  auto circuit = circuits.find(given_back.circuit);
  if (circuit == nullptr || !circuit->owner || circuit->closing)
    return; // it is gone, and the owner was told
  act::mail(self, circuit_yielded{circuit->id}).send(circuit->owner);
  if (auto former = circuit->owner; circuits.disown(*circuit))
    self->demonitor(former);
}

void relay_link_state::handle(const circuit_data& from_owner) {
  auto circuit = circuits.find(from_owner.circuit);
  if (circuit == nullptr || circuit->closing || from_owner.data.size() == 0)
    return;
  if (circuit->unsent_octets + circuit->owed + from_owner.data.size() > owner_window) {
    client.close_circuit(now(), wire(circuit->id));
    forget(circuit->id, "its owner sent more than its credit");
    return;
  }
  circuit->unsent_octets += from_owner.data.size();
  circuit->unsent.push_back(from_owner.data);
  pump(*circuit);
}

void relay_link_state::handle(const circuit_closed& by_owner) {
  auto circuit = circuits.find(by_owner.circuit);
  if (circuit == nullptr)
    return;
  if (circuit->unsent.empty() || circuit->closing) {
    end_quietly(circuit->id);
    return;
  }
  circuit->closing = true;
  act::mail(self, circuit_closed{circuit->id, {}}).delay(linger).send(caf::actor{self});
}

void relay_link_state::on(const relay::client_event::circuit_opened& opened) {
  circuits.add(local(opened.id), opened.peer);
  act::mail(self, circuit_offered{config.url, opened.peer, local(opened.id)}).send(supervisor);
}

void relay_link_state::on(relay::client_event::circuit_data& arrived) {
  auto circuit = circuits.find(local(arrived.id));
  if (circuit == nullptr)
    return;
  auto& octets = arrived.frame;
  octets.erase(octets.begin(), octets.begin() + relay::data_header);
  auto data = chunk{std::move(octets)};
  if (circuit->owner)
    deliver(*circuit, std::move(data));
  else
    circuit->held.push_back(std::move(data));
}

void relay_link_state::on(const relay::client_event::circuit_writable& which) {
  if (auto circuit = circuits.find(local(which.id)))
    pump(*circuit);
}

void relay_link_state::on(const relay::client_event::circuit_closed& ended) {
  if (circuits.find(local(ended.id)) != nullptr)
    forget(local(ended.id), describe_end(ended.reason));
}

void relay_link_state::give(link_circuit& circuit, const caf::actor& owner) {
  if (circuits.adopt(circuit, owner))
    self->monitor(owner);
  act::mail(self, circuit_opened{circuit.id, owner_window}).send(owner);
}

void relay_link_state::deliver(const link_circuit& circuit, chunk data) {
  auto id = circuit.id;
  auto octets = data.size();
  auto taken = [this, id, octets] {
    client.consumed(now(), wire(id), octets);
    drive();
  };
  auto dead = [](const caf::error&) {
    // The owner's circuits are closed when the down message comes.
  };
  act::mail(self, circuit_data{id, std::move(data)}).request(circuit.owner, caf::infinite).then(taken, dead);
}

void relay_link_state::pump(link_circuit& circuit) {
  while (!circuit.unsent.empty()) {
    auto rest = circuit.unsent.front().view().subspan(circuit.sent_of_first);
    auto taken = client.write(now(), wire(circuit.id), rest);
    circuit.sent_of_first += taken;
    circuit.unsent_octets -= taken;
    circuit.owed += taken;
    if (taken < rest.size())
      break;
    circuit.unsent.pop_front();
    circuit.sent_of_first = 0;
  }
  if (circuit.closing) {
    if (circuit.unsent.empty())
      end_quietly(circuit.id);
  } else if (circuit.owed >= owner_window / 4) {
    act::mail(self, circuit_credit{circuit.id, std::exchange(circuit.owed, 0)}).send(circuit.owner);
  }
}

void relay_link_state::end_quietly(circuit_id id) {
  client.close_circuit(now(), wire(id));
  forget(id, {});
}

void relay_link_state::forget(circuit_id id, const std::string& why) {
  auto last = false;
  auto circuit = circuits.remove(id, last);
  if (last)
    self->demonitor(circuit.owner);
  if (circuit.owner && !circuit.closing && !why.empty())
    act::mail(self, circuit_closed{id, why}).send(circuit.owner);
}

} // namespace warren
