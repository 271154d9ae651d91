// Our side of tools/bench/connect: two processes on loopback. Prints one JSON object.
//   connect_bench known [COUNT]     from the peer's address to a usable connection, COUNT times one after another
//   connect_bench lookup [COUNT]    the same from the topic alone: a transport that runs already, DHT lookup included
//   connect_bench idle [COUNT] [SECONDS]     COUNT connections that nobody uses: memory, CPU, then all answer at once
//
// A connection is usable when its subscriber has `connected`: dialled, both keys proved, admitted, topic opened. Two
// transports share one connection, so `known` and `idle` put a small supervisor of their own over the real
// dial_endpoint and noise_stream; `lookup` uses the public interface alone.
#include "actors/dial_endpoint.hpp"
#include "actors/io_driver.hpp"
#include "tools/bench/bench_peer.hpp"
#include "tools/bench/process_usage.hpp"
#include "transports/crypto/system_random.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <thread>

namespace {

using namespace std::chrono_literals;
using namespace warren;
using clock_type = std::chrono::steady_clock;

constexpr unsigned most_seconds = 280;
const auto common_topic = topic::of("warren-bench-connect");

double milliseconds_since(clock_type::time_point start) {
  return std::chrono::duration<double, std::milli>(clock_type::now() - start).count();
}

/// What one process tells the other over their socket pair.
struct report {
  std::uint16_t port = 0;
  double resident = 0;
  double cpu = 0;
};

report measure(std::uint16_t port) {
  return {port, resident_octets(), cpu_seconds()};
}

void tell(int socket, const report& what) {
  if (write(socket, &what, sizeof(what)) != sizeof(what))
    std::_Exit(1);
}

report hear(int socket) {
  report result;
  if (read(socket, &result, sizeof(result)) != sizeof(result))
    std::_Exit(1);
  return result;
}

/// Admits whoever comes and joins the common topic on every connection. Does with them what the benchmark wants through
/// its messages: dial_peer, and a chunk_received is echoed by the side that accepts.
struct host_state {
  struct notices {
    std::function<void(const connected&)> usable;
    std::function<void()> ended;
    std::function<void(const chunk_received&)> message;
  };

  host_state(caf::event_based_actor* selfptr, notices tell_whom) : self{selfptr}, on{std::move(tell_whom)} {
    auto socket = net::udp_socket::bind({*ip_address::parse("127.0.0.1"), 0});
    if (!socket)
      std::_Exit(1);
    port = std::make_shared<udp_port>(make_socket_sender(*socket));
    driver = spawn_io_driver(self->home_system(), *socket, port);
    crypto::system_random random;
    session_settings settings;
    settings.identity = std::make_shared<const crypto::identity>(crypto::identity::generate(random));
    settings.instance = random.draw<std::uint64_t>();
    settings.supervisor = caf::actor{self};
    settings.directory = std::make_shared<session_directory>();
    settings.timers = std::make_shared<timer_thread>();
    dial::config dialling;
    dialling.max_proved = dial::proved_streams_for(65'535); // option max-peers as high as it goes
    dialler = spawn_dial_endpoint(self->home_system(), port, settings, {}, dialling);
  }

  caf::behavior make_behavior() {
    return {
        [this](const dial_peer& order) { self->send(dialler, order); },
        [](const stream_started&) {},
        [](const dial_failed& failure) {
          std::fprintf(stderr, "a dial failed: %s\n", failure.reason.c_str());
          std::_Exit(1);
        },
        [this](const session_established& e) {
          streams[e.connection] = e.stream;
          if (e.arbiter)
            self->send(e.stream, admit_session{});
          self->send(e.stream, topic_joined{common_topic, {}, caf::actor{self}});
        },
        [](const session_admitted&) {},
        [](const topic_shared&) {},
        [this](const session_closed& e) {
          streams.erase(e.connection);
          if (on.ended)
            on.ended();
        },
        [this](const connected& c) {
          act::anon_mail(grant_credit{c.key.channel, 1 << 20}).send(c.connection);
          connections[c.key] = c.connection;
          if (on.usable)
            on.usable(c);
        },
        [this](const chunk_received& c) {
          if (on.message)
            on.message(c);
          else
            act::anon_mail(write_chunk{c.key.channel, c.data}).send(connections[c.key]);
        },
        [this](const closed& c) { connections.erase(c.key); },
        [this](const shut_down& order) { // of every connection
          for (const auto& [connection, stream] : streams)
            self->send(stream, order);
        },
        [this](const write_chunk& what) { // on every connection
          for (const auto& [key, connection] : connections)
            act::anon_mail(write_chunk{key.channel, what.data}).send(connection);
        },
    };
  }

  caf::event_based_actor* self;
  notices on;
  std::shared_ptr<udp_port> port;
  caf::actor driver;
  caf::actor dialler;
  std::map<std::uint64_t, caf::actor> streams;
  std::map<channel_key, connection_actor> connections;
};

/// An actor system that lives as long as its process.
caf::actor_system& start_system() {
  return *new caf::actor_system{*new bench::shared_machine_config};
}

struct host {
  caf::actor actor;
  endpoint where;
};

host start_host(host_state::notices tell_whom) {
  auto actor = act::spawn<host_state>(start_system(), std::move(tell_whom));
  auto state = static_cast<act::state_actor<host_state>*>(caf::actor_cast<caf::abstract_actor*>(actor));
  return {actor, state->state->port->local()};
}

/// The accepting side of `known` and `idle`: answers each question with its figures.
int accept(int socket) {
  auto here = start_host({});
  for (;;) {
    tell(socket, measure(here.where.port));
    hear(socket);
  }
}

int dial_known(int socket, std::size_t count) {
  constexpr std::size_t warm_up = 10;
  std::promise<double> usable;
  std::promise<void> ended;
  clock_type::time_point start;
  auto here = start_host(
      {[&](const connected&) { usable.set_value(milliseconds_since(start)); },
       [&] { ended.set_value(); },
       {}});
  endpoint to{*ip_address::parse("127.0.0.1"), hear(socket).port};
  std::vector<double> times;
  for (std::size_t i = 0; i < count + warm_up; ++i) {
    usable = {};
    ended = {};
    start = clock_type::now();
    caf::anon_send(here.actor, dial_peer{i + 1, to, {}});
    auto took = usable.get_future().get();
    if (i >= warm_up)
      times.push_back(took);
    caf::anon_send(here.actor, shut_down{});
    ended.get_future().get();
  }
  std::printf(
      "{\"name\":\"warren\",\"bench\":\"known\",\"workers\":%zu,\"rounds\":%zu,\"known_ms_median\":%.3f,"
      "\"known_ms_p99\":%.3f}\n",
      bench::shared_machine_config::workers(), count, bench::percentile(times, 0.5),
      bench::percentile(times, 0.99));
  return 0;
}

/// Tells when the topic has a connection.
caf::behavior subscriber(caf::event_based_actor*, std::promise<void>* usable) {
  return {
      [=](const connected&) { usable->set_value(); },
      [](const closed&) {},
  };
}

int accept_lookups(const endpoint& bootstrap) {
  auto opts = bench::options_at(bootstrap);
  opts.announce_interval = 1h; // it does not look for the other itself
  auto& here = bench::start_peer(opts);
  auto ignore = [](caf::event_based_actor*) -> caf::behavior {
    return {[](const connected&) {}, [](const closed&) {}};
  };
  act::anon_mail(connect_topic{common_topic, {}, here.system.spawn(ignore)}).send(here.transport);
  pause();
  return 1;
}

int dial_lookups(const endpoint& bootstrap, std::size_t count) {
  constexpr std::size_t warm_up = 10;
  auto opts = bench::options_at(bootstrap);
  opts.announce_interval = 1h;
  auto& here = bench::start_peer(opts);
  caf::scoped_actor self{here.system};
  auto failed = [](const caf::error& why) {
    std::fprintf(stderr, "refused: %s\n", describe(why).c_str());
    std::_Exit(1);
  };
  auto found = false;
  while (!found) {
    self->request(here.transport, caf::infinite, lookup_topic{common_topic})
        .receive(
            [&](const std::vector<peer_info>& peers) { found = !peers.empty(); }, [](const caf::error&) {});
    std::this_thread::sleep_for(20ms);
  }
  std::vector<double> times;
  for (std::size_t i = 0; i < count + warm_up; ++i) {
    std::promise<void> usable;
    auto one = here.system.spawn(subscriber, &usable);
    auto start = clock_type::now();
    self->request(here.transport, caf::infinite, connect_topic{common_topic, {}, one}).receive([] {}, failed);
    usable.get_future().get();
    if (i >= warm_up)
      times.push_back(milliseconds_since(start));
    self->request(here.transport, caf::infinite, disconnect{}).receive([] {}, failed);
  }
  std::printf(
      "{\"name\":\"warren\",\"bench\":\"lookup\",\"workers\":%zu,\"rounds\":%zu,\"lookup_ms_median\":%.3f,"
      "\"lookup_ms_p99\":%.3f}\n",
      bench::shared_machine_config::workers(), count, bench::percentile(times, 0.5),
      bench::percentile(times, 0.99));
  return 0;
}

report ask(int socket) {
  tell(socket, {});
  return hear(socket);
}

int dial_idle(int socket, std::size_t count, std::size_t seconds) {
  constexpr std::size_t dials_in_flight = 64;
  std::atomic<std::size_t> usable{0};
  std::atomic<std::size_t> answered{0};
  auto here =
      start_host({[&](const connected&) { ++usable; }, {}, [&](const chunk_received&) { ++answered; }});
  auto there = hear(socket);
  endpoint to{*ip_address::parse("127.0.0.1"), there.port};
  auto before = measure(0);
  auto start = clock_type::now();
  for (std::size_t i = 0; i < count; ++i) {
    while (usable + dials_in_flight <= i)
      std::this_thread::sleep_for(200us);
    caf::anon_send(here.actor, dial_peer{i + 1, to, {}});
  }
  while (usable < count)
    std::this_thread::sleep_for(1ms);
  auto connecting = milliseconds_since(start) / 1e3;
  std::this_thread::sleep_for(1s);
  auto there_idle = ask(socket);
  auto here_idle = measure(0);
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  auto there_end = ask(socket);
  auto here_end = measure(0);
  start = clock_type::now();
  caf::anon_send(here.actor, write_chunk{0, chunk{bytes(8, std::byte{'?'})}});
  while (answered < count)
    std::this_thread::sleep_for(1ms);
  auto answering = milliseconds_since(start);
  auto there_answered = ask(socket);
  auto here_answered = measure(0);
  auto n = static_cast<double>(count);
  auto kib_each = [&](const report& from, const report& until) {
    return (until.resident - from.resident) / 1024 / n;
  };
  auto percent = [&](const report& from, const report& until) {
    return 100 * (until.cpu - from.cpu) / static_cast<double>(seconds);
  };
  std::printf(
      "{\"name\":\"warren\",\"bench\":\"idle\",\"workers\":%zu,\"connections\":%zu,\"seconds\":%zu,"
      "\"connecting_seconds\":%."
      "2f,"
      "\"dialler_kib_each\":%.1f,\"acceptor_kib_each\":%.1f,\"dialler_cpu_percent\":%.2f,\"acceptor_cpu_"
      "percent\":"
      "%.2f,\"all_answered_ms\":%.0f,\"dialler_answering_cpu_ms\":%.0f,\"acceptor_answering_cpu_ms\":%.0f}\n",
      bench::shared_machine_config::workers(), count, seconds, connecting, kib_each(before, here_end),
      kib_each(there, there_end), percent(here_idle, here_end), percent(there_idle, there_end), answering,
      1e3 * (here_answered.cpu - here_end.cpu), 1e3 * (there_answered.cpu - there_end.cpu));
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::string mode = argc > 1 ? argv[1] : "";
  auto number = [&](int i, std::uint64_t otherwise) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
  };
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
    return 1;
  bench::role acceptor = [&](const endpoint&) { return accept(ends[1]); };
  bench::role dialler;
  if (mode == "known") {
    dialler = [&](const endpoint&) { return dial_known(ends[0], number(2, 200)); };
  } else if (mode == "lookup") {
    dialler = [&](const endpoint& bootstrap) { return dial_lookups(bootstrap, number(2, 200)); };
    acceptor = accept_lookups;
  } else if (mode == "idle") {
    dialler = [&](const endpoint&) { return dial_idle(ends[0], number(2, 10'000), number(3, 60)); };
  } else {
    std::fprintf(stderr, "connect_bench known [COUNT] | lookup [COUNT] | idle [COUNT] [SECONDS]\n");
    return 2;
  }
  return bench::run_roles({dialler, acceptor}, most_seconds);
}
