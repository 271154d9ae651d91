#include "actors/interfaces.hpp"
#include "tools/warren/node_flags.hpp"
#include "tools/warren/output.hpp"
#include "tools/warren/pipe_threads.hpp"
#include "tools/warren/stop_signal.hpp"
#include "tools/warren/topic_flags.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <utility>

namespace warren::program {

namespace {

using namespace std::chrono_literals;

/// Parts read and not yet accepted by the connection.
constexpr std::ptrdiff_t parts_in_flight = 6;

/// Octets the peer may send before we wrote them out; together with one part this bounds what is held.
constexpr std::uint64_t credit = 4 * 1024 * 1024;

/// Milliseconds that a pipe waits for a silent peer unless told otherwise: what was read shall arrive, also when the way there is
/// interrupted meanwhile. More gains nothing, as a close ends after 20 s in which the peer acknowledged nothing.
constexpr const char* patience = "20000";

/// Longer than a transport takes to disconnect (messages/transport.hpp).
constexpr std::chrono::milliseconds longest_drain = 130s;

struct pipe_flags {
  node_flags node;
  topic_flags on;
  std::string to;
  bool listen = false;
  bool json = false;
};

/// Peers that wait while another is asked whether it means us; further ones are turned away.
constexpr std::size_t most_waiting = 16;

/// A peer that wants somebody else leaves within a round trip. One that is still there is taken, though it said nothing.
constexpr auto time_to_leave = 2s;

/// A peer that waits until the one before it was asked.
struct waiting_peer {
  connected arrived;
  bool finished = false; // we were told so, and will not be again
};

/// Told to the thread that waits for the end.
struct pipe_outcome {
  std::atomic<bool> began{false};
  std::atomic<bool> lost{false}; // the connection ended, and the last that was written may not have arrived
};

/// Joins one channel to standard input and output, and ends the program when both directions are done. A pipe tells its peer
/// by an empty message that it takes it; before anything came from there, nothing is read, and a peer that leaves is none.
struct pipe_state {
  pipe_state(
      caf::event_based_actor* selfptr, std::string only, output* printer, stop_signal& stopper,
      std::shared_ptr<pipe_outcome> told)
      : self{selfptr}, wanted{std::move(only)}, events{printer}, stop{stopper}, outcome{std::move(told)} {}

  caf::behavior make_behavior() {
    return {
        [this](const connected& arrived) { begin(arrived); },
        [this](const chunk_received& got) {
          if (!connection || got.key != key)
            return;
          confirm();
          if (got.data.size() == 0)
            return grant(credit_of(0));
          ++unwritten;
          writer->write(got.data);
        },
        [this](const output_written& written) { granted(written); },
        [this](const input_read& part) { forward(part); },
        [this](const peer_finished& end) {
          if (connection && end.key == key)
            return take_end();
          for (auto& other : waiting)
            if (other.arrived.key == end.key)
              other.finished = true;
        },
        [this](const channel_key& patient) {
          if (connection && patient == key)
            confirm();
        },
        [this](const path_changed& moved) {
          if (confirmed && moved.key == key)
            tell("path_changed", moved.peer);
        },
        [this](const closed& end) { gone(end); },
    };
  }

  /// The first peer that means us, or the one that was asked for; others are turned away.
  void begin(const connected& arrived) {
    if (confirmed || waiting.size() >= most_waiting || (!wanted.empty() && arrived.peer.id != wanted))
      turn_away(arrived);
    else if (connection)
      waiting.push_back({arrived});
    else
      propose({arrived});
  }

  void turn_away(const connected& arrived) {
    act::mail(self, close_channel{arrived.key.channel})
        .request(arrived.connection, caf::infinite)
        .then([] {}, [](const caf::error&) {});
  }

  void propose(const waiting_peer& next) {
    const auto& arrived = next.arrived;
    key = arrived.key;
    connection = arrived.connection;
    peer = arrived.peer;
    grant(credit);
    act::mail(self, write_chunk{key.channel, chunk{}})
        .request(connection, caf::infinite)
        .then([] {}, [](const caf::error&) {});
    act::mail(self, key).delay(time_to_leave).send(caf::actor_cast<caf::actor>(self));
    if (next.finished)
      take_end();
  }

  /// The peer said all it had to say, which it does only to somebody it wants.
  void take_end() {
    confirm();
    peer_done = true;
    finish_when_done();
  }

  void confirm() {
    if (std::exchange(confirmed, true))
      return;
    for (const auto& other : std::exchange(waiting, {}))
      turn_away(other.arrived);
    outcome->began = true;
    tell("connected", peer);
    auto me = caf::actor_cast<caf::actor>(self);
    reader = std::make_unique<input_reader>(STDIN_FILENO, me);
    writer = std::make_unique<output_writer>(STDOUT_FILENO, me);
    reader->permit(parts_in_flight);
  }

  void tell(const char* what, const peer_info& who) {
    if (events != nullptr)
      events->event(
          {{"event", what}, {"peer_id", who.id}, {"path", to_string(who.path)}, {"address", who.address}});
  }

  void grant(std::uint64_t octets) {
    act::mail(self, grant_credit{key.channel, octets})
        .request(connection, caf::infinite)
        .then([] {}, [](const caf::error&) {});
  }

  void forward(const input_read& part) {
    if (!part.problem.empty())
      return stop.request("standard input cannot be read: " + part.problem);
    if (part.data.size() == 0) {
      input_over = true;
      return finish_when_accepted();
    }
    ++unaccepted;
    act::mail(self, write_chunk{key.channel, part.data})
        .request(connection, caf::infinite)
        .then(
            [this] {
              --unaccepted;
              reader->permit(1);
              finish_when_accepted();
            },
            [this](const caf::error& why) {
              stop.request("the peer could not be written to: " + describe(why));
            });
  }

  /// Carries the end of standard input to the peer, after everything before it.
  void finish_when_accepted() {
    if (!input_over || unaccepted > 0 || finishing)
      return;
    finishing = true;
    act::mail(self, finish_channel{key.channel})
        .request(connection, caf::infinite)
        .then(
            [this] {
              own_done = true;
              finish_when_done();
            },
            [this](const caf::error& why) { stop.request("the end could not be sent: " + describe(why)); });
  }

  void granted(const output_written& written) {
    if (!written.problem.empty())
      return stop.request("standard output cannot be written: " + written.problem);
    --unwritten;
    grant(credit_of(written.octets));
    finish_when_done();
  }

  bool done() const { return own_done && peer_done && unwritten == 0; }

  void finish_when_done() {
    if (done())
      stop.request({});
  }

  void gone(const closed& end) {
    std::erase_if(waiting, [&](const waiting_peer& other) { return other.arrived.key == end.key; });
    if (!connection || end.key != key)
      return;
    if (confirmed)
      return lose(end);
    // It wanted somebody else, or did not live to say what it wanted.
    tell("peer_left", peer);
    connection = connection_actor{};
    if (waiting.empty())
      return;
    auto next = waiting.front();
    waiting.pop_front();
    propose(next);
  }

  /// The peer leaves first when it was done first; anything else is a loss.
  void lose(const closed& end) {
    outcome->lost = end.unconfirmed;
    if (own_done && peer_done && end.reason == errc::closed_by_peer && !end.unconfirmed)
      return finish_when_done();
    auto why = end.detail.empty() ? to_string(end.reason) : end.detail;
    if (end.reason == errc::replaced)
      why = "a newer connection to this peer took over, as when it was started anew";
    stop.request("the connection ended early: " + why);
  }

  caf::event_based_actor* self;
  std::string wanted;
  output* events;
  stop_signal& stop;
  std::shared_ptr<pipe_outcome> outcome;
  channel_key key;
  connection_actor connection; // the peer we have, or ask whether it means us
  peer_info peer;
  bool confirmed = false;
  std::deque<waiting_peer> waiting;
  std::unique_ptr<input_reader> reader;
  std::unique_ptr<output_writer> writer;
  std::size_t unwritten = 0;
  std::size_t unaccepted = 0;
  bool input_over = false;
  bool finishing = false;
  bool own_done = false;
  bool peer_done = false;
};

/// Ends the connection in order, so that the peer gets everything, within `longest`. Returns what went wrong.
caf::error disconnect_in_order(
    caf::scoped_actor& self, const transport_actor& transport, std::chrono::milliseconds longest) {
  caf::error problem;
  act::mail(self, disconnect{})
      .request(transport, longest)
      .receive([] {}, [&](caf::error& why) { problem = std::move(why); });
  return problem;
}

void check(const caf::error& why) {
  if (why && is(why, errc::bad_config))
    throw usage_error{describe(why)};
  if (why)
    throw failure{describe(why)};
}

std::string wanted_peer(const pipe_flags& given) {
  if (given.to.empty())
    return {};
  auto parsed = peer_id::parse(given.to);
  if (!parsed)
    throw usage_error{
        "--to \"" + given.to
        + "\" is refused; allowed: a peer id, 52 letters of z-base-32 or 64 hexadecimal digits"};
  return to_string(*parsed);
}

void join_topic(caf::scoped_actor& self, const transport_actor& transport, connect_topic request) {
  caf::error problem;
  act::mail(self, std::move(request))
      .request(transport, 30s)
      .receive([] {}, [&](const caf::error& why) { problem = why; });
  check(problem);
}

void run_pipe(const pipe_flags& given) {
  auto peer = wanted_peer(given);
  auto on = topic_of(given.on);
  auto secret = read_secret(given.on.secret_file);
  auto settings = read_config(given.node);
  log_warnings(*settings);
  stop_signal stop;
  output events{true, stderr};
  caf::actor_system system{*settings};
  auto transport = make_transport(system, settings->transport());
  if (!transport)
    check(transport.error());
  caf::scoped_actor self{system};
  auto outcome = std::make_shared<pipe_outcome>();
  auto pipe = act::spawn<pipe_state>(system, peer, given.json ? &events : nullptr, std::ref(stop), outcome);
  std::optional<std::string> problem;
  try {
    join_topic(self, *transport, connect_topic{on, secret, pipe});
    problem = stop.wait();
  } catch (const std::exception& why) {
    problem = why.what();
  }
  // However slow the way to the peer is; but somebody who stopped us by a signal does not want to wait.
  std::chrono::milliseconds longest = problem ? longest_drain : 3s;
  stop.guard_shutdown(longest + 10s);
  auto undelivered = disconnect_in_order(self, *transport, longest);
  caf::anon_send_exit(pipe, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(*transport, caf::exit_reason::user_shutdown);
  if (problem && !problem->empty())
    throw failure{*problem};
  if (!problem)
    throw failure{
        outcome->began ? "stopped by a signal before both sides were done"
                       : "stopped by a signal before a peer came"};
  if (undelivered)
    throw failure{"not everything is known to have arrived: " + describe(undelivered)};
  if (outcome->lost)
    throw failure{"not everything is known to have arrived: the peer ended early"};
}

} // namespace

void add_pipe(CLI::App& app) {
  auto given = std::make_shared<pipe_flags>();
  given->node.standard = {{"shutdown-timeout", patience}};
  auto sub = app.add_subcommand("pipe", "connect standard input and output to a peer's");
  add_topic_flags(*sub, given->on);
  auto listen = sub->add_flag("--listen", given->listen, "take the first peer that comes for us");
  sub->add_option("--to", given->to, "wait for this peer")->excludes(listen);
  sub->add_flag("--json", given->json, "print events as JSON on stderr");
  add_node_flags(*sub, given->node);
  sub->footer(
      sub->get_footer() + " Here shutdown-timeout is " + patience
      + " unless given. Exit code 0 says that both programs have got everything; the peer tells by its own "
        "whether it could write it out.");
  sub->callback([given] { run_pipe(*given); });
}

} // namespace warren::program
