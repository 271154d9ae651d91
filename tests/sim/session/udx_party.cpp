#include "tests/sim/session/udx_party.hpp"

#include <algorithm>
#include <stdexcept>

namespace warren::test {

namespace {

constexpr int most_rounds = 10'000; // of one drive()

void require(bool holds, const char* what) {
  if (!holds)
    throw std::logic_error{what};
}

std::span<std::byte> shared_arena() {
  static std::vector<std::byte> arena(64 * 1024);
  return arena;
}

} // namespace

struct udx_party::line final : sim::host {
  line(udx_party& party, session::pipe_id name, const endpoint& where, const udx::config& settings)
      : owner{party}, id{name}, stream{settings, party.network_.now()} {
    attach(where);
  }

  ~line() override { owner.network_.detach(at); }

  void attach(const endpoint& where) {
    owner.network_.detach(at);
    at = owner.network_.attach(where, *this);
  }

  void on_datagram(time_point now, const endpoint& from, byte_view datagram) override {
    stream.handle_packet(now, from, datagram);
    if (stream.urgent())
      send(now);
    owner.drive();
  }

  void on_deadline(time_point now) override {
    stream.handle_timeout(now);
    owner.drive();
  }

  void send(time_point now) {
    udx::transmit_batch batch{shared_arena()};
    do {
      batch.clear();
      stream.poll_transmit(now, batch);
      for (std::size_t i = 0; i < batch.size(); ++i)
        owner.network_.send(at, stream.remote(), batch[i]);
    } while (!batch.empty());
  }

  bool open() const { return !stream.is_closed() && !remote_ended; }

  udx_party& owner;
  session::pipe_id id;
  udx::stream stream;
  sim::host_id at;
  bool remote_ended = false;
  bool ended = false; // the session uses it no more
};

udx_party::udx_party(
    sim::network& net, const endpoint& where, session::config settings,
    std::function<void(session::event&)> on_event)
    : session{std::move(settings), net.random(), net.now()},
      network_{net},
      id_{net.attach(where, *this)},
      on_event_{std::move(on_event)} {
}

udx_party::~udx_party() {
  network_.detach(id_);
}

void udx_party::attach(
    session::pipe_id id, session::role side, const endpoint& where, const udx::config& settings) {
  auto& fresh = *lines_.emplace_back(std::make_unique<line>(*this, id, where, settings));
  session.attach_pipe(network_.now(), id, side);
  if (session.is_closed()) {
    if (side == session::role::responder)
      fresh.stream.write(session::resume_refusal());
    end(id, false);
  }
  drive();
}

void udx_party::destroy(session::pipe_id id) {
  if (!has(id))
    return;
  end(id, true);
  session.pipe_lost(network_.now(), id);
  drive();
}

void udx_party::move(session::pipe_id id, const endpoint& where) {
  if (auto* subject = find(id)) {
    subject->attach(where);
    change_remote(id, subject->stream.remote());
  }
}

void udx_party::change_remote(session::pipe_id id, const endpoint& remote) {
  auto* subject = find(id);
  if (subject == nullptr)
    return;
  subject->stream.change_remote(network_.now(), remote, subject->stream.remote_id());
  drive();
}

bool udx_party::has(session::pipe_id id) const {
  auto* found = find(id);
  return found != nullptr && !found->ended;
}

udx_party::line* udx_party::find(session::pipe_id id) const {
  auto found = std::ranges::find_if(lines_, [&](const auto& x) { return x->id == id; });
  return found == lines_.end() ? nullptr : found->get();
}

void udx_party::on_deadline(time_point now) {
  session.handle_timeout(now);
  drive();
}

void udx_party::drive() {
  auto round = 0;
  do {
    require(++round < most_rounds, "a session and its pipes come to rest");
    receive();
    take_events();
    notice_lost();
  } while (transmit());
  if (session.is_closed())
    end_all();
  reap();
  network_.arm(id_, session.poll_timeout());
}

void udx_party::receive() {
  for (auto& each : lines_)
    receive(*each);
}

void udx_party::receive(line& from) {
  for (auto part = from.stream.readable(); !part.empty(); part = from.stream.readable()) {
    session.handle_message(network_.now(), from.id, part);
    from.stream.consume(part.size());
  }
  while (auto what = from.stream.poll_event())
    from.remote_ended = from.remote_ended || std::holds_alternative<udx::remote_end>(*what);
}

void udx_party::take_events() {
  while (auto what = session.poll_event()) {
    if (auto* released = std::get_if<session::pipe_released>(&*what))
      end(released->pipe, false);
    else if (auto* dead = std::get_if<session::pipe_dead>(&*what))
      end(dead->pipe, true);
    else
      on_event_(*what);
  }
}

void udx_party::end(session::pipe_id id, bool at_once) {
  auto* subject = find(id);
  require(subject != nullptr && (!subject->ended || at_once), "a pipe is let go of once");
  if (at_once)
    subject->stream.destroy();
  else
    subject->stream.end();
  subject->ended = true;
}

void udx_party::end_all() {
  for (auto& each : lines_)
    if (!each->ended)
      end(each->id, false);
  send();
}

void udx_party::notice_lost() {
  for (auto& each : lines_) {
    if (each->ended || each->open())
      continue;
    session.pipe_lost(network_.now(), each->id);
    end(each->id, false);
  }
  take_events();
}

// Returns true when something moved.
bool udx_party::transmit() {
  for (auto& each : lines_)
    session.pipe_writable(each->id, each->ended ? 0 : std::min(each->stream.writable_octets(), write_step));
  auto moved = false;
  while (auto out = session.poll_transmit(network_.now())) {
    auto* to = find(out->pipe);
    require(to != nullptr && !to->ended, "nothing is written to a pipe that was let go of");
    require(to->stream.write(out->data) == out->data.size(), "a pipe gets no more than it has room for");
    moved = true;
  }
  send();
  return moved;
}

void udx_party::send() {
  for (auto& each : lines_) {
    each->send(network_.now());
    network_.arm(each->at, each->stream.poll_timeout());
  }
}

void udx_party::reap() {
  // Often from within a call of the line itself, which touches nothing after drive().
  std::erase_if(lines_, [](const auto& x) { return x->ended && x->stream.is_finished(); });
}

} // namespace warren::test
