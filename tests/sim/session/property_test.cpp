// Two sessions over UDX streams against plain queues of messages, one for each channel and direction: whatever is lost,
// overtaken and repeated on the paths, whichever streams die, fall silent, move or come back, whoever dials, and however slowly
// messages are consumed, each arrives once and in order; after a close, what has not arrived is told as unconfirmed. All in
// bounded time and steps. A failure names its seed; WARREN_SESSION_SEED runs that one alone, WARREN_SESSION_SEEDS so many.
#include "tests/sim/session/udx_party.hpp"
#include "tests/support/seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <deque>
#include <map>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::test;

namespace {

constexpr std::uint64_t seeds = 2000;

constexpr std::size_t most_events = 1'000'000; // of one run

/// So long may the first pipe take, through whatever it loses.
constexpr duration longest_opening = 1min;

/// At most so long is a session that was closed there (limits::longest_drain, then the peer's close; or the resume window).
constexpr duration longest_end = 5min;

/// What happened in all runs: a test of nothing shows.
struct tally {
  std::uint64_t messages = 0;
  std::uint64_t pipes = 0;
  std::uint64_t deaths = 0;
  std::uint64_t resumes = 0;
  std::uint64_t hand_overs = 0;
  std::uint64_t repeated = 0;
  std::uint64_t rekeys = 0;
  std::uint64_t unconfirmed = 0;
};

/// The model of one direction of a channel.
struct message_queue {
  std::vector<bytes> sent;
  std::size_t arrived = 0;
  bool finish_sent = false;
  bool finish_arrived = false;
  bool everything_arrived() const { return arrived == sent.size() && finish_arrived == finish_sent; }
};

/// What one end has of a topic.
struct channel_end {
  session::channel_id id = 0;
  message_queue outgoing;
  bool consuming = true;
  std::uint64_t held = 0; // credit of messages that are not consumed
};

/// A pair of UDX streams.
struct path {
  session::pipe_id id;
  endpoint at[2];
};

/// One run: everything in it follows from its seed.
class run {
public:
  run(std::uint64_t seed, tally& counts) : network_{seed}, draw_{seed * 7919}, counts_{counts} {
    for (std::uint64_t i = 0, n = 1 + draw_.below(4); i < n; ++i)
      topics_.push_back(topic::of(std::to_string(i)));
    for (std::size_t end : {0, 1})
      start(end);
    connect(0);
  }

  void go() {
    auto both_admitted = [&] { return machine(0).is_admitted() && machine(1).is_admitted(); };
    BOOST_REQUIRE(network_.run_until(both_admitted, network_.now() + longest_opening, most_events));
    auto steps = 4 + draw_.below(22);
    for (std::uint64_t i = 0; i < steps; ++i)
      step();
    if (draw_.chance(0.6))
      close_amid_deaths();
    else
      close_in_calm();
    note_counters();
  }

private:
  // -- who is there -----------------------------------------------------------------------------------------------------

  void start(std::size_t end) {
    session::config settings;
    settings.self = std::make_shared<const crypto::identity>(crypto::identity::generate(draw_));
    settings.local_role = end == 0 ? session::role::initiator : session::role::responder;
    settings.instance = 1 + end;
    settings.limits.handshake_timeout = settings.limits.admission_timeout = longest_opening;
    settings.limits.rekey_after_records = 1 + draw_.below(30);
    settings.limits.receive_window = static_cast<std::uint32_t>(10'000 + draw_.below(400'000));
    settings.limits.send_queue_bytes = 20'000 + draw_.below(500'000);
    settings.limits.retained_bytes = 70'000 + draw_.below(1'000'000);
    auto where = endpoint{address(end), 1};
    auto note = [this, end](session::event& what) {
      BOOST_REQUIRE(!ended_[end]);
      std::visit([&](auto& e) { on(end, e); }, what);
    };
    parties_[end] = std::make_unique<udx_party>(network_, where, std::move(settings), note);
    if (draw_.chance(0.3))
      parties_[end]->write_step = 200 + draw_.below(20'000);
    for (const auto& each : topics_) {
      channels_[end][each];
      BOOST_REQUIRE(!machine(end).join_topic(each));
    }
  }

  static ip_address address(std::size_t end) {
    return *ip_address::parse(end == 0 ? "10.0.0.1" : "10.0.0.2");
  }
  session::noise_session& machine(std::size_t end) { return parties_[end]->session; }

  // -- what the sessions say ---------------------------------------------------------------------------------------------

  template <class Event>
  void on(std::size_t, const Event&) {}

  void on(std::size_t end, const session::established&) { machine(end).admit(); }

  void on(std::size_t end, const session::channel_opened& e) {
    channels_[end].at(e.topic).id = e.channel;
    named_[end][e.channel] = e.topic;
  }

  void on(std::size_t end, const session::message& e) {
    const auto& subject = named_[end].at(e.channel);
    auto& model = channels_[1 - end].at(subject).outgoing;
    BOOST_REQUIRE(model.arrived < model.sent.size());
    BOOST_REQUIRE((model.sent[model.arrived] == e.content));
    BOOST_REQUIRE(!model.finish_arrived);
    model.sent[model.arrived++] = {};
    ++counts_.messages;
    auto& consumer = channels_[end].at(subject);
    consumer.held += credit_of(e.content.size());
    if (consumer.consuming)
      consume(end, consumer, consumer.held);
  }

  void on(std::size_t end, const session::finished& e) {
    auto& model = channels_[1 - end].at(named_[end].at(e.channel)).outgoing;
    BOOST_REQUIRE(model.finish_sent);
    BOOST_REQUIRE(!model.finish_arrived);
    BOOST_REQUIRE(model.arrived == model.sent.size());
    model.finish_arrived = true;
  }

  void on(std::size_t end, const session::pipe_needed&) { redial(end); }
  void on(std::size_t end, const session::pipe_suspect&) { redial(end); }
  void on(std::size_t end, const session::closed& e) { ended_[end] = e; }

  // As a supervisor would, now by this side and now by the other one.
  void redial(std::size_t end) {
    auto dialler = draw_.chance(0.7) ? end : 1 - end;
    network_.at(
        network_.now() + std::chrono::milliseconds{10 + draw_.below(1200)}, [this, end, dialler](auto) {
          if (ended_[end] || calm_)
            return;
          if (open_paths().size() < 5)
            connect(dialler);
          else
            redial(end);
        });
  }

  // -- paths -------------------------------------------------------------------------------------------------------------

  sim::link_quality link() {
    sim::link_quality result;
    result.latency = std::chrono::milliseconds{1 + draw_.below(60)};
    result.jitter = draw_.chance(0.3) ? result.latency / 2 : duration{};
    result.loss = draw_.chance(0.6) ? 0.01 * static_cast<double>(draw_.below(8)) : 0;
    result.duplication = draw_.chance(0.3) ? 0.05 : 0;
    result.reorder = draw_.chance(0.3) ? 0.1 : 0;
    result.reorder_delay = result.latency;
    if (draw_.chance(0.2)) {
      result.bytes_per_second = 100'000 + draw_.below(1'000'000);
      result.queue_bytes = 10'000 + draw_.below(60'000);
    }
    return result;
  }

  void connect(std::size_t dialler) {
    auto& fresh = paths_.emplace_back();
    fresh.id = static_cast<session::pipe_id>(paths_.size());
    auto port = next_port_++;
    for (std::size_t end : {0, 1})
      fresh.at[end] = {address(end), port};
    restore(fresh);
    auto algorithm = draw_.chance(0.5) ? udx::congestion_algorithm::bbr : udx::congestion_algorithm::cubic;
    auto window = draw_.chance(0.3) ? 2'000 + draw_.below(60'000) : 1u << 20;
    auto buffer = draw_.chance(0.5) ? 2'000 + draw_.below(60'000) : 1u << 20;
    auto subject = fresh; // parties may cause more paths
    for (std::size_t end : {dialler, 1 - dialler}) {
      udx::config settings;
      settings.local_id = 2 * subject.id + static_cast<std::uint32_t>(end);
      settings.remote_id = 2 * subject.id + static_cast<std::uint32_t>(1 - end);
      settings.remote = subject.at[1 - end];
      settings.accept_any_source = true;
      settings.congestion = algorithm;
      settings.receive_window = window;
      settings.send_buffer = buffer;
      parties_[end]->attach(
          subject.id, end == dialler ? session::role::initiator : session::role::responder, subject.at[end],
          settings);
    }
    ++counts_.pipes;
  }

  std::vector<path*> open_paths() {
    std::vector<path*> result;
    for (auto& each : paths_)
      if (parties_[0]->has(each.id) || parties_[1]->has(each.id))
        result.push_back(&each);
    return result;
  }

  void restore(const path& which) {
    network_.link(which.at[0], which.at[1], link());
    network_.link(which.at[1], which.at[0], link());
  }

  // In one direction or both, for a while or for good.
  void silence(path& which) {
    sim::link_quality dead;
    dead.loss = 1;
    auto how = draw_.below(4);
    if (how != 0)
      network_.link(which.at[0], which.at[1], dead);
    if (how != 1)
      network_.link(which.at[1], which.at[0], dead);
    if (draw_.chance(0.6))
      network_.at(network_.now() + std::chrono::milliseconds{draw_.below(5000)}, [this, &which](auto) {
        restore(which);
      });
  }

  // One end sees it first, or both do.
  void destroy(const path& which) {
    auto first = draw_.below(2);
    parties_[first]->destroy(which.id);
    if (draw_.chance(0.3))
      parties_[1 - first]->destroy(which.id);
  }

  // One end has another address from now on, and both know.
  void move(path& which) {
    auto end = draw_.below(2);
    which.at[end].port = next_port_++;
    restore(which);
    parties_[end]->move(which.id, which.at[end]);
    parties_[1 - end]->change_remote(which.id, which.at[end]);
  }

  // -- what happens ------------------------------------------------------------------------------------------------------

  void step() {
    auto end = static_cast<std::size_t>(draw_.below(2));
    auto what = draw_.below(20);
    if (what < 10)
      write(end);
    else if (what < 12)
      pause_or_go_on(end);
    else
      harm();
    network_.run_for(std::chrono::milliseconds{draw_.below(draw_.chance(0.2) ? 2'500 : 200)}, most_events);
    for (auto i : {0, 1})
      BOOST_REQUIRE((ended_[i].has_value() == (closing_ && machine(i).is_closed())));
  }

  void harm() {
    auto open = open_paths();
    auto what = open.empty() ? 0 : draw_.below(8);
    auto& some = open.empty() ? paths_.front() : *open[draw_.below(open.size())];
    counts_.deaths += what >= 5 ? 1 : 0;
    switch (what) {
      case 0:
      case 1:
        if (open.size() < 3)
          connect(draw_.below(2));
        break;
      case 2: // both dial
        if (open.size() < 2) {
          connect(0);
          connect(1);
        }
        break;
      case 3:
        restore(some);
        break;
      case 4:
        move(some);
        break;
      case 5:
        destroy(some);
        break;
      default:
        silence(some);
    }
  }

  std::size_t message_size() {
    switch (draw_.below(8)) {
      case 0:
        return 0;
      case 1:
      case 2:
        return draw_.below(60);
      case 3:
        return draw_.below(200 << 10);
      case 4:
        return draw_.below(40'000);
      default:
        return draw_.below(3'000);
    }
  }

  void write(std::size_t end) {
    const auto& subject = topics_[draw_.below(topics_.size())];
    auto& to = channels_[end].at(subject);
    for (auto count = draw_.chance(0.3) ? 1 + draw_.below(6) : 1; count > 0; --count) {
      bytes content(message_size());
      draw_.fill(content);
      auto refused = machine(end).write(to.id, content);
      if (!refused)
        to.outgoing.sent.push_back(std::move(content));
      else
        BOOST_REQUIRE(
            (refused == session::errc::would_block || to.id == 0 || to.outgoing.finish_sent
             || machine(end).is_closing()));
    }
    if (to.id != 0 && draw_.chance(0.02) && !machine(end).is_closing()) {
      machine(end).finish(to.id);
      to.outgoing.finish_sent = true;
    }
    parties_[end]->drive();
  }

  void pause_or_go_on(std::size_t end) {
    auto& some = channels_[end].at(topics_[draw_.below(topics_.size())]);
    if (some.held > 0 && draw_.chance(0.3)) {
      consume(end, some, 1 + draw_.below(some.held));
    } else {
      some.consuming = !some.consuming;
      if (some.consuming)
        consume(end, some, some.held);
    }
    parties_[end]->drive();
  }

  void consume(std::size_t end, channel_end& consumer, std::uint64_t credit) {
    consumer.held -= credit;
    machine(end).consumed(consumer.id, credit);
  }

  // -- the end -----------------------------------------------------------------------------------------------------------

  void consume_all() {
    for (std::size_t end : {0, 1}) {
      for (auto& [subject, each] : channels_[end]) {
        each.consuming = true;
        consume(end, each, each.held);
      }
      parties_[end]->drive();
    }
  }

  bool everything_arrived() const {
    return std::ranges::all_of(channels_, [](const auto& of_end) {
      return std::ranges::all_of(
          of_end, [](const auto& x) { return x.second.outgoing.everything_arrived(); });
    });
  }

  // A path that works carries everything that was written; some more is under way when one or both sides close.
  void close_in_calm() {
    calm_ = true;
    consume_all();
    for (auto each : open_paths())
      for (std::size_t end : {0, 1})
        parties_[end]->destroy(each->id);
    connect(draw_.below(2));
    auto fresh = paths_.back().id;
    auto arrived = [&] {
      return everything_arrived() && machine(0).active_pipe() == fresh && machine(1).active_pipe() == fresh;
    };
    BOOST_REQUIRE(network_.run_until(arrived, network_.now() + longest_end, most_events));
    for (auto n = draw_.below(4); n > 0; --n)
      write(draw_.below(2));
    network_.run_for(std::chrono::milliseconds{draw_.below(120)}, most_events);
    close();
    end();
    BOOST_TEST(everything_arrived());
    BOOST_TEST(!ended_[0]->unconfirmed);
    BOOST_TEST(!ended_[1]->unconfirmed);
  }

  // Pipes go on to die for a moment, then there is one that works.
  void close_amid_deaths() {
    consume_all();
    close();
    for (auto steps = draw_.below(6); steps > 0; --steps) {
      harm();
      network_.run_for(std::chrono::milliseconds{draw_.below(400)}, most_events);
    }
    if (!ended_[0] || !ended_[1])
      connect(draw_.below(2));
    end();
    // A close waits for another pipe when the one in use dies.
    BOOST_TEST(everything_arrived());
  }

  void close() {
    closing_ = true;
    auto first = draw_.below(2);
    close(first);
    if (draw_.chance(0.2))
      close(1 - first);
  }

  void close(std::size_t end) {
    machine(end).close(network_.now(), session::errc::closed_normally);
    parties_[end]->drive();
  }

  void end() {
    auto both = [&] { return ended_[0] && ended_[1]; };
    BOOST_REQUIRE(network_.run_until(both, network_.now() + longest_end, most_events));
    for (std::size_t end : {0, 1}) {
      auto complete = std::ranges::all_of(
          channels_[end], [](const auto& x) { return x.second.outgoing.everything_arrived(); });
      BOOST_TEST((complete || ended_[end]->unconfirmed), "end " << end << " knows what has not arrived");
      counts_.unconfirmed += ended_[end]->unconfirmed ? 1 : 0;
      BOOST_TEST(!machine(end).poll_timeout().has_value());
    }
    if (calm_)
      for (std::size_t end : {0, 1})
        BOOST_TEST((ended_[end]->why == session::errc::closed_normally), ended_[end]->why.message());
  }

  void note_counters() {
    for (std::size_t end : {0, 1}) {
      const auto& c = machine(end).counters();
      counts_.resumes += c.resumes;
      counts_.hand_overs += c.hand_overs;
      counts_.repeated += c.records_repeated;
      counts_.rekeys += c.rekeys_out;
      BOOST_TEST(c.garbled_pipes == 0u);
    }
  }

  sim::network network_;
  sim::random draw_;
  tally& counts_;
  std::vector<topic> topics_;
  std::unique_ptr<udx_party> parties_[2];
  std::array<std::map<topic, channel_end>, 2> channels_;
  std::map<session::channel_id, topic> named_[2];
  std::deque<path> paths_;
  std::uint16_t next_port_ = 1000;
  std::optional<session::closed> ended_[2];
  bool closing_ = false;
  bool calm_ = false;
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_property)

BOOST_AUTO_TEST_CASE(a_session_is_a_queue_of_messages_whatever_its_pipes_do) {
  tally counts;
  auto ran = for_each_seed("WARREN_SESSION", seeds, [&](std::uint64_t seed) { run{seed, counts}.go(); });
  BOOST_TEST_MESSAGE(
      ran << " seeds: " << counts.messages << " messages, " << counts.pipes << " pipes, " << counts.deaths
          << " deaths, " << counts.resumes << " resumes, " << counts.hand_overs << " hand-overs, "
          << counts.repeated << " records repeated, " << counts.rekeys << " rekeys, " << counts.unconfirmed
          << " ends unconfirmed");
  if (ran < 100)
    return;
  BOOST_TEST(counts.messages > 10 * ran);
  BOOST_TEST(counts.deaths > 2 * ran);
  BOOST_TEST(counts.resumes > 2 * ran);
  BOOST_TEST(counts.hand_overs > ran / 4);
  BOOST_TEST(counts.repeated > ran);
  BOOST_TEST(counts.rekeys > ran);
}

BOOST_AUTO_TEST_SUITE_END()
