#pragma once

// The state of the relay_link actor; only its own two .cpp files and nobody else include this.

#include "actors/deadline.hpp"
#include "actors/link_circuits.hpp"
#include "actors/link_inbox.hpp"
#include "actors/relay_link.hpp"

namespace warren {

struct relay_link_state {
  relay_link_state(caf::event_based_actor* actor, relay_link_config settings, caf::actor parent);
  ~relay_link_state();
  relay_link_state(const relay_link_state&) = delete;
  relay_link_state& operator=(const relay_link_state&) = delete;

  caf::behavior make_behavior();

  /// Hands the machine's output on until there is none, and arms the timer. Called after every input.
  void drive();

  // What the rest of the process wants.
  void handle(const relay_join& wanted);
  void handle(const relay_leave& wanted);
  void handle(const open_circuit& wanted);
  void handle(const accept_circuit& accepted);
  void handle(const yield_circuit& given_back);
  void handle(const circuit_data& from_owner);
  void handle(const circuit_closed& by_owner);
  void handle(const relay_signal& outgoing);
  void handle_shut_down();
  void handle_down(const caf::actor_addr& source);

  // What the WebSocket brings.
  void handle(const link_ready& ready);
  void handle_link_end(const link_inbox::ending& ending);

  // What the machine wants.
  void on(const relay::client_event::dial& wanted);
  void on(const relay::client_event::hang_up& wanted);
  void on(const relay::client_event::online& now_online);
  void on(const relay::client_event::offline& ended);
  void on(const relay::client_event::topics_waiting& told);
  void on(const relay::client_event::peer_joined& peer);
  void on(const relay::client_event::peer_left& peer);
  void on(const relay::client_event::circuit_opened& opened);
  void on(relay::client_event::circuit_data& arrived);
  void on(const relay::client_event::circuit_writable& which);
  void on(const relay::client_event::circuit_closed& ended);
  void on(relay::client_event::signal_received& incoming);

  time_point now() const { return self->clock().now(); }

  bool lost_own_address() const;

  void tell_state(std::string current, const std::string& reason);

  /// Returns true when the WebSocket took something.
  bool transmit();

  /// Makes `owner` the circuit's.
  void give(link_circuit& circuit, const caf::actor& owner);

  void deliver(const link_circuit& circuit, chunk data);

  /// Hands the machine what it takes of the owner's octets, and the owner as much credit in turn.
  void pump(link_circuit& circuit);

  /// Closes a circuit whose owner wants it no more.
  void end_quietly(circuit_id id);

  /// Removes a circuit that the machine knows no more, and tells its owner why, unless `why` is empty.
  void forget(circuit_id id, const std::string& why);

  caf::event_based_actor* self;
  relay_link_config config;
  caf::actor supervisor;
  relay::client client;
  deadline timer;
  std::string state = "connecting";
  std::shared_ptr<net::websocket_link> link;
  std::shared_ptr<link_inbox> inbox;
  std::optional<ip_address> own_address; // of the WebSocket
  std::uint64_t link_number = 0;
  std::string link_reason; // why the last WebSocket ended, for people
  link_circuits circuits;
};

} // namespace warren
