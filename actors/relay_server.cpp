#include "actors/relay_server.hpp"

#include "actors/deadline.hpp"
#include "actors/relay_counters.hpp"

#include <unordered_map>

namespace warren {

namespace {

struct relay_server_state {
  relay_server_state(
      caf::event_based_actor* actor, relay::server_config config, std::shared_ptr<random_source> source)
      : self{actor},
        random{std::move(source)},
        named{!config.hosts.empty()},
        server{std::move(config), *random} {
    // nop
  }

  // Runs however the actor ends. The guests' WebSockets are closed by their own actors, which monitor this one.
  ~relay_server_state() {
    if (listener)
      listener->stop();
  }

  relay_server_state(const relay_server_state&) = delete;
  relay_server_state& operator=(const relay_server_state&) = delete;

  caf::behavior make_behavior();

  time_point now() const { return self->clock().now(); }

  void handle(const guest_arrived& arrived) {
    ++open;
    if (closing) {
      arrived.link->abort();
      return;
    }
    auto guest = relay::guest_id{arrived.guest};
    links[guest] = arrived.link;
    if (named)
      server.guest_connected(now(), guest, arrived.from);
    else
      early.emplace_back(guest, arrived.from);
  }

  void handle(const relay_listening& listening) {
    server.reachable_as(listening.hosts);
    listener = listening.listener;
    io = listening.io;
    named = true;
    for (const auto& [guest, from] : std::exchange(early, {}))
      if (links.contains(guest))
        server.guest_connected(now(), guest, from);
  }

  void handle(guest_input& input) {
    auto guest = relay::guest_id{input.guest};
    cut_off += input.oversized ? 1 : 0;
    if (input.closed && --open == 0 && closing)
      self->quit();
    auto link = links.find(guest);
    if (link == links.end())
      return;
    for (auto& message : input.messages)
      server.handle_message(now(), guest, std::move(message));
    if (input.drained)
      server.drained(now(), guest, link->second->queued_bytes());
    if (input.closed) {
      server.guest_gone(now(), guest);
      links.erase(guest);
    }
  }

  void handle(const page_asked& asked) {
    auto answer = net::http_response{};
    if (asked.path == "/metrics") {
      answer.content_type = "text/plain; version=0.0.4";
      answer.body = metrics_text(status());
    } else {
      answer.body = R"({"status":"ok","guests":)" + std::to_string(server.guests()) + "}\n";
    }
    asked.responder->respond(std::move(answer));
  }

  relay_server_status status() const {
    auto counters = all_counters(server.counters());
    counters["relay_server.oversized"] += cut_off;
    counters["actors.unexpected_message"] = act::unexpected_messages;
    return {server.guests(), server.topics(), std::move(counters)};
  }

  /// Tells the guests, and ends when their WebSockets have closed; each of them does so within its close timeout.
  void handle_shut_down() {
    if (listener)
      listener->stop();
    server.shut_down(now());
    drive();
    closing = true;
    if (open == 0)
      self->quit();
  }

  void on(const relay::server_event::grant_reads& granted) {
    if (auto link = links.find(granted.guest); link != links.end())
      link->second->grant_reads(granted.n);
  }

  void on(const relay::server_event::close_guest& wanted) {
    auto link = links.find(wanted.guest);
    if (link == links.end())
      return;
    link->second->close(net::close_code::policy, "refused by the relay");
    links.erase(link);
  }

  void on(const relay::server_event::guest_joined&) {
    // The counters tell.
  }

  void on(const relay::server_event::guest_left&) {
    // The counters tell.
  }

  /// Returns true when a WebSocket took something.
  bool transmit() {
    for (; auto out = server.poll_transmit();) {
      auto link = links.find(out->to);
      if (link == links.end())
        continue;
      if (link->second->send(std::move(out->frame)))
        link->second->abort(); // its actor reports the end
      else
        touched.push_back(out->to);
    }
    for (auto guest : touched)
      if (auto link = links.find(guest); link != links.end())
        server.drained(now(), guest, link->second->queued_bytes());
    auto any = !touched.empty();
    touched.clear();
    return any;
  }

  void drive() {
    for (auto busy = true; busy;) {
      busy = transmit(); // first: what was polled before a close_guest is still sent
      for (; auto event = server.poll_event(); busy = true)
        std::visit([this](const auto& what) { on(what); }, *event);
    }
    timer.arm(self, server.poll_timeout());
  }

  caf::event_based_actor* self;
  std::shared_ptr<random_source> random;
  bool named; // it is known under which names guests reach us
  relay::server server;
  deadline timer;
  std::unordered_map<relay::guest_id, std::shared_ptr<net::websocket_link>> links;
  std::vector<relay::guest_id> touched;
  std::vector<std::pair<relay::guest_id, ip_address>> early; // guests that came before the names were known
  std::size_t open = 0;      // guests whose WebSocket has not ended, also those already refused
  std::uint64_t cut_off = 0; // guests whose WebSocket ended at a message above its limit
  bool closing = false;
  std::shared_ptr<net::io_threads> io; // goes after the listener
  std::shared_ptr<net::websocket_server> listener;
};

caf::behavior relay_server_state::make_behavior() {
  return {
      [this](guest_input& input) {
        handle(input);
        drive();
      },
      [this](const deadline_reached&) {
        timer.fired(now());
        server.handle_timeout(now());
        drive();
      },
      [this](const guest_arrived& arrived) {
        handle(arrived);
        drive();
      },
      [this](const page_asked& asked) { handle(asked); },
      [this](const relay_listening& listening) {
        handle(listening);
        drive();
      },
      [this](const get_status&) { return status(); },
      [this](const shut_down&) { handle_shut_down(); },
  };
}

} // namespace

caf::actor spawn_relay_server_actor(
    caf::actor_system& system, relay::server_config config, std::shared_ptr<random_source> random) {
  return act::spawn<relay_server_state>(system, std::move(config), std::move(random));
}

} // namespace warren
