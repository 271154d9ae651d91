#include "actors/udx_pipe.hpp"

#include "actors/counter_names.hpp"
#include "messages/udx_packet.hpp"

#include <algorithm>
#include <utility>

namespace warren {

namespace {

// One GSO call carries at most 64 KiB; a few calls' worth per turn.
constexpr std::size_t arena_octets = 256 * 1024;

/// The kernel took no more: its buffer has room again about now. What it did not take is lost, as on the wire, and UDX repeats
/// it; the rest of the window is not thrown after it.
constexpr duration blocked_wait = std::chrono::milliseconds{1};

/// Lent to whichever stream transmits on this thread: actors of one thread never transmit at the same time.
struct scratch {
  std::vector<std::byte> arena = std::vector<std::byte>(arena_octets);
  udx::transmit_batch batch{arena};
};

scratch& thread_scratch() {
  thread_local scratch instance;
  return instance;
}

/// So much a peer may make us keep that has proved nothing: more than it needs for that.
constexpr std::size_t unproved_window = 64 * 1024;

udx::config before_proof(udx::config settings, session::role side) {
  if (side == session::role::responder)
    settings.receive_window = std::min(settings.receive_window, unproved_window);
  return settings;
}

} // namespace

udx_pipe::udx_pipe(direct_start start, time_point now)
    : port_{std::move(start.port)},
      dialler_{std::move(start.dialler)},
      stream_{before_proof(start.stream, start.role), now},
      proved_window_{start.stream.receive_window},
      last_now_{now},
      proved_{start.role == session::role::initiator} {
  // nop
}

udx_pipe::~udx_pipe() {
  if (!stream_.is_closed()) {
    stream_.destroy();
    transmit(last_now_);
  }
  port_->detach(stream_.local_id());
  if (dialler_)
    act::anon_mail(stream_released{stream_.local_id()}).send(dialler_);
}

void udx_pipe::deliver_to(caf::actor receiver) {
  port_->attach(stream_.local_id(), std::move(receiver));
}

void udx_pipe::set_proved() {
  if (std::exchange(proved_, true))
    return;
  stream_.raise_receive_window(proved_window_);
  if (dialler_)
    act::anon_mail(stream_proved{stream_.local_id()}).send(dialler_);
}

void udx_pipe::set_adopted() {
  if (dialler_ && !proved_)
    act::anon_mail(stream_adopted{stream_.local_id()}).send(dialler_);
}

void udx_pipe::transmit(time_point now) {
  if (resume_at_ && now < *resume_at_ && !stream_.is_closed())
    return;
  resume_at_.reset();
  auto& batch = thread_scratch().batch;
  do {
    batch.clear();
    if (stream_.poll_transmit(now, batch) == 0)
      return;
    batch.for_each_run([&](byte_view octets, std::size_t segment_size) {
      if (port_->sender().send_batch(stream_.remote(), octets, segment_size).blocked > 0)
        resume_at_ = now + blocked_wait;
    });
    // A batch that filled up may have left packets behind.
  } while (!resume_at_ && !batch.has_room(stream_.largest_datagram()));
}

void udx_pipe::read_into(const sink& take) {
  for (auto octets = stream_.readable(); !octets.empty(); octets = stream_.readable()) {
    take(octets);
    stream_.consume(octets.size());
  }
}

void udx_pipe::handle_packets(time_point now, const net::packet_batch& batch, const sink& take) {
  last_now_ = now;
  for (const auto& packet : batch) {
    if (udx::stream_id_of(packet.payload) != stream_.local_id())
      continue; // of another pipe of the same connection
    stream_.handle_packet(now, packet.from, packet.payload, take);
    if (stream_.urgent())
      transmit(now);
  }
  read_into(take);
}

void udx_pipe::handle_timeout(time_point now) {
  last_now_ = now;
  stream_.handle_timeout(now);
}

std::size_t udx_pipe::writable() const {
  return stream_.writable_octets();
}

void udx_pipe::write(byte_view data, const std::shared_ptr<const void>& owner) {
  stream_.write(data, owner);
}

void udx_pipe::end() {
  stream_.end();
}

void udx_pipe::destroy(time_point now) {
  stream_.destroy();
  transmit(now);
}

void udx_pipe::receive(time_point now, const sink& take) {
  last_now_ = now;
  read_into(take);
  while (auto event = stream_.poll_event()) {
    if (std::holds_alternative<udx::remote_end>(*event))
      remote_ended_ = true;
  }
}

void udx_pipe::send(time_point now) {
  last_now_ = now;
  transmit(now);
}

void udx_pipe::release_spare() {
  stream_.release_spare();
}

std::optional<time_point> udx_pipe::next_deadline() const {
  auto due = stream_.poll_timeout();
  return resume_at_ ? resume_at_ : due; // until then nothing could be sent
}

pipe::state udx_pipe::current() const {
  if (stream_.is_closed())
    return remote_ended_ ? state::ended : state::lost;
  return remote_ended_ ? state::ended : state::open;
}

bool udx_pipe::flushed() const {
  return stream_.is_closed() || stream_.all_acknowledged();
}

bool udx_pipe::finished() const {
  return stream_.is_finished();
}

path_kind udx_pipe::kind() const {
  const auto& address = stream_.remote().address;
  return address.is_private() || address.is_loopback() ? path_kind::lan : path_kind::direct;
}

std::string udx_pipe::address() const {
  return to_string(stream_.remote());
}

void udx_pipe::count_into(counter_map& out) const {
  count_refusals(out, stream_.counters());
}

} // namespace warren
