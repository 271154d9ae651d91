#pragma once

#include "messages/byte_order.hpp"
#include "messages/session_record.hpp"
#include "tests/support/seeded_random.hpp"
#include "transports/session/noise_session.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace warren::test {

using namespace warren::session;

/// One end of a pair: a session and everything that came out of it.
struct endpoint {
  std::optional<noise_session> session;
  std::vector<event> events;
  std::map<channel_id, std::vector<bytes>> messages;
  std::map<topic, channel_id> channels;
  bool admit_at_once = true;
  bool consume_at_once = true;
  std::optional<closed> end;

  template <class Event>
  std::vector<Event> all() const {
    std::vector<Event> found;
    for (const auto& e : events)
      if (auto* hit = std::get_if<Event>(&e))
        found.push_back(*hit);
    return found;
  }

  template <class Event>
  bool has() const {
    return !all<Event>().empty();
  }

  void take_events() {
    while (auto next = session->poll_event()) {
      BOOST_REQUIRE_MESSAGE(!end, "event after closed");
      if (std::get_if<established>(&*next) && admit_at_once)
        session->admit();
      if (auto* opened = std::get_if<channel_opened>(&*next))
        channels[opened->topic] = opened->channel;
      if (auto* last = std::get_if<closed>(&*next))
        end = *last;
      if (auto* m = std::get_if<message>(&*next)) {
        if (consume_at_once)
          session->consumed(m->channel, credit_of(m->content.size()));
        messages[m->channel].push_back(std::move(m->content));
        continue;
      }
      events.push_back(std::move(*next));
    }
  }
};

/// A pipe in memory: octets both ways, delivered in pieces of any size.
struct memory_pipe {
  pipe_id id_at[2];
  std::deque<std::byte> towards[2]{};
  bool open = true;
  std::uint64_t sent[2] = {0, 0};              ///< By end 0, by end 1.
  std::uint64_t cut_after = ~std::uint64_t{0}; ///< Octets of both directions together until it breaks.
  bool silent = false;                         ///< Takes octets and delivers none, and nobody is told.
};

/// Two sessions joined by pipes in memory, in virtual time.
struct pair {
  static constexpr std::size_t max_steps = 200'000;

  explicit pair(std::uint64_t seed = 1) : random{seed} {
    for (auto& id : ids)
      id = std::make_shared<const crypto::identity>(crypto::identity::generate(random));
  }

  seeded_random random;
  time_point now = time_point{} + std::chrono::hours{1000};
  std::shared_ptr<const crypto::identity> ids[2];
  endpoint ends[2];
  std::deque<memory_pipe> pipes;
  limits bounds;
  std::size_t piece = 1 << 20;  ///< Largest delivery.
  std::size_t budget = 1 << 20; ///< Octets a pipe takes beyond what is under way.
  std::uint64_t steps = 0;
  /// May change octets under way, from the end given.
  std::function<void(std::size_t, bytes&)> tamper;

  config make_config(std::size_t end) {
    config c;
    c.self = ids[end];
    c.local_role = end == 0 ? role::initiator : role::responder;
    c.instance = 100 + end;
    c.limits = bounds;
    return c;
  }

  void start() { start(make_config(0), make_config(1)); }

  void start(config a, config b) {
    ends[0].session.emplace(std::move(a), random, now);
    ends[1].session.emplace(std::move(b), random, now);
    connect(0);
  }

  /// A new pipe, dialled by `dialler`.
  memory_pipe& connect(std::size_t dialler) {
    auto number = static_cast<pipe_id>(pipes.size() + 1);
    pipes.push_back(memory_pipe{.id_at = {number, number + 100}});
    auto& fresh = pipes.back();
    for (std::size_t end : {dialler, 1 - dialler})
      ends[end].session->attach_pipe(
          now, fresh.id_at[end], end == dialler ? role::initiator : role::responder);
    return fresh;
  }

  void cut(memory_pipe& p) {
    if (!p.open)
      return;
    p.open = false;
    for (std::size_t end : {0, 1})
      ends[end].session->pipe_lost(now, p.id_at[end]);
  }

  memory_pipe* find(std::size_t end, pipe_id id) {
    for (auto& p : pipes)
      if (p.id_at[end] == id)
        return &p;
    return nullptr;
  }

  bool transmit_from(std::size_t end) {
    auto& session = *ends[end].session;
    for (auto& p : pipes)
      session.pipe_writable(p.id_at[end], p.open ? budget - std::min(budget, p.towards[1 - end].size()) : 0);
    bool any = false;
    while (auto out = session.poll_transmit(now)) {
      any = true;
      BOOST_REQUIRE(++steps < max_steps);
      auto* p = find(end, out->pipe);
      BOOST_REQUIRE(p);
      if (!p->open)
        continue;
      bytes data = to_bytes(out->data);
      if (tamper)
        tamper(end, data);
      auto left = p->cut_after - std::min(p->cut_after, p->sent[0] + p->sent[1]);
      data.resize(std::min<std::size_t>(data.size(), left));
      p->sent[end] += data.size();
      p->towards[1 - end].insert(p->towards[1 - end].end(), data.begin(), data.end());
    }
    return any;
  }

  bool deliver_to(std::size_t end) {
    bool any = false;
    for (auto& p : pipes) {
      auto& queue = p.towards[end];
      if (!p.open || p.silent || queue.empty())
        continue;
      any = true;
      auto n = std::min(queue.size(), 1 + static_cast<std::size_t>(random.below(piece)));
      bytes part(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(n));
      queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(n));
      ends[end].session->handle_message(now, p.id_at[end], part);
      ends[end].take_events();
    }
    return any;
  }

  /// Closes at the other end what one end has let go of, and cuts what has carried enough.
  void tend_pipes() {
    for (auto& p : pipes) {
      bool let_go = false;
      for (std::size_t end : {0, 1}) {
        for (const auto& released : ends[end].all<pipe_released>())
          let_go = let_go || released.pipe == p.id_at[end];
        for (const auto& dead : ends[end].all<pipe_dead>())
          let_go = let_go || dead.pipe == p.id_at[end];
      }
      bool worn_out = p.sent[0] + p.sent[1] >= p.cut_after
                      && (p.silent || (p.towards[0].empty() && p.towards[1].empty()));
      if (let_go || worn_out)
        cut(p);
    }
  }

  /// Lets everything that can happen without time passing happen.
  void settle() {
    for (bool any = true; any;) {
      BOOST_REQUIRE(++steps < max_steps);
      any = false;
      for (std::size_t end : {0, 1}) {
        ends[end].take_events();
        any = transmit_from(end) || any;
      }
      for (std::size_t end : {0, 1})
        any = deliver_to(end) || any;
      tend_pipes();
      for (std::size_t end : {0, 1})
        ends[end].take_events();
    }
  }

  /// Settles, then goes to the next deadline, until `until` or nothing is left to wait for.
  void run_until(time_point until) {
    for (;;) {
      settle();
      std::optional<time_point> next;
      for (auto& end : ends)
        if (auto t = end.session->poll_timeout(); t && (!next || *t < *next))
          next = *t;
      if (!next || *next > until)
        break;
      BOOST_REQUIRE(++steps < max_steps);
      now = std::max(now, *next);
      for (auto& end : ends)
        end.session->handle_timeout(now);
    }
    now = std::max(now, until);
    settle();
  }

  void run_for(duration time) { run_until(now + time); }

  /// A pair with one common topic open.
  topic open_topic(std::string_view name = "db") {
    auto t = topic::of(name);
    for (auto& end : ends)
      BOOST_REQUIRE(!end.session->join_topic(t));
    settle();
    BOOST_REQUIRE(ends[0].channels.contains(t));
    BOOST_REQUIRE(ends[1].channels.contains(t));
    return t;
  }

  channel_id channel(std::size_t end, const topic& t) { return ends[end].channels.at(t); }

  bytes noise(std::size_t size) {
    bytes out(size);
    random.fill(out);
    return out;
  }
};

} // namespace warren::test
