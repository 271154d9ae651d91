#include "transports/udx/stream.hpp"

#include "transports/udx/receiver.hpp"
#include "transports/udx/sender.hpp"

#include <algorithm>
#include <utility>

namespace warren::udx {

// On the heap, so that a stream can be moved while its halves keep referring to the timers and counters.
struct stream::machinery {
  explicit machinery(const config& settings) : out{settings, counts, timers}, in{settings, counts} {}

  udx::counters counts;
  timer_table timers;
  sender out;
  receiver in;
};

stream::stream(const config& settings, time_point)
    : remote_{settings.remote},
      local_id_{settings.local_id},
      remote_id_{settings.remote_id},
      linger_{settings.linger},
      accept_any_source_{settings.accept_any_source},
      takes_messages_{settings.take_messages},
      parts_{std::make_unique<machinery>(settings)} {
}

stream::~stream() = default;
stream::stream(stream&&) noexcept = default;
stream& stream::operator=(stream&&) noexcept = default;

// -- packets ------------------------------------------------------------------

void stream::handle_packet(
    time_point now, const endpoint& from, byte_view datagram, const octet_sink& direct) {
  packet in;
  if (!admit(from, datagram, in))
    return;
  if (phase_ == phase::lingering)
    handle_lingering(in);
  else
    handle_open(now, in, direct);
}

bool stream::admit(const endpoint& from, byte_view datagram, packet& in) {
  auto& counts = parts_->counts;
  auto parsed = parse_packet(datagram);
  if (!parsed) {
    ++counts.malformed;
    return false;
  }
  if (parsed->header.stream_id != local_id_) {
    ++counts.wrong_stream;
    return false;
  }
  if (!accept_any_source_ && from != remote_) {
    ++counts.wrong_source;
    return false;
  }
  if (phase_ == phase::finished) {
    ++counts.after_close;
    return false;
  }
  in = *parsed;
  return true;
}

// udx.md section 4, with the ack checked first: RFC 5961 section 5.2.
void stream::handle_open(time_point now, const packet& in, const octet_sink& direct) {
  auto& [counts, timers, out, receiving] = *parts_;
  const auto& header = in.header;
  if (header.has(packet_type::heartbeat)) {
    ++counts.packets_in;
    ++counts.heartbeats_in;
    receiving.request_ack();
    return;
  }
  if (!out.acceptable(header.ack)) {
    ++counts.bad_ack;
    return;
  }
  if (header.has(packet_type::destroy)) {
    if (receiving.in_window(header.seq))
      give_up(errc::connection_reset);
    else
      ++counts.out_of_window;
    return;
  }
  ++counts.packets_in;
  if (header.has(packet_type::data) || header.has(packet_type::end))
    receiving.handle(in, direct);
  if (header.has(packet_type::message))
    take_message(in.payload);
  out.handle_acks(now, in);
  close_when_both_ended(now);
}

// The sender of a repeated END has missed our last ACK.
void stream::handle_lingering(const packet& in) {
  auto& [counts, timers, out, receiving] = *parts_;
  const auto& header = in.header;
  auto repeated =
      (header.has(packet_type::data) || header.has(packet_type::end)) && header.seq < receiving.next();
  if (repeated || header.has(packet_type::heartbeat))
    receiving.request_ack();
  else
    ++counts.after_close;
}

void stream::close_when_both_ended(time_point now) {
  auto& [counts, timers, out, receiving] = *parts_;
  if (!out.ended() || !receiving.ended())
    return;
  phase_ = phase::lingering;
  closed_raised_ = true;
  timers.stop_all();
  timers.set(timer::linger, now + linger_);
  drop_unsent_messages();
  out.release();
  receiving.release_held();
}

void stream::give_up(std::error_code reason) {
  phase_ = phase::finished;
  reason_ = reason;
  closed_raised_ = true;
  finished_raised_ = true;
  parts_->timers.stop_all();
  drop_unsent_messages();
  parts_->out.release();
  parts_->in.release_held();
}

// -- time ---------------------------------------------------------------------

void stream::handle_timeout(time_point now) {
  auto& [counts, timers, out, receiving] = *parts_;
  if (phase_ == phase::open && !out.handle_timeout(now))
    give_up(errc::timed_out);
  if (phase_ == phase::lingering && timers.expire(timer::linger, now)) {
    phase_ = phase::finished;
    finished_raised_ = true;
  }
}

std::optional<time_point> stream::poll_timeout() const {
  return parts_->timers.next();
}

// -- transmission -------------------------------------------------------------

std::size_t stream::poll_transmit(time_point now, transmit_batch& batch) {
  auto before = batch.size();
  auto& [counts, timers, out, receiving] = *parts_;
  if (destroy_due_) {
    send_destroy(batch);
  } else if (phase_ != phase::finished) {
    // SACK blocks do not travel with data; without holes data packets say all that an ACK says.
    if (receiving.ack_due() && receiving.has_holes())
      send_ack(batch);
    send_messages(batch);
    auto carried_ack =
        phase_ == phase::open && out.transmit(now, batch, {remote_id_, receiving.window(), receiving.next()});
    if (carried_ack && !receiving.has_holes())
      receiving.on_ack_sent();
    if (receiving.ack_due())
      send_ack(batch);
  }
  auto sent = batch.size() - before;
  counts.packets_out += sent;
  return sent;
}

void stream::send_ack(transmit_batch& batch) {
  auto& receiving = parts_->in;
  auto blocks = receiving.sack_blocks();
  auto size = header_size + blocks.size() * sack_block_size;
  if (!batch.has_room(size))
    return;
  auto to = batch.prepare(size);
  auto type = blocks.empty() ? packet_type::ack : packet_type::sack;
  write_header(to, {type, 0, remote_id_, receiving.window(), parts_->out.next(), receiving.next()});
  for (std::size_t i = 0; i < blocks.size(); ++i)
    write_sack_block(to.subspan(header_size), i, blocks[i]);
  batch.commit(size);
  receiving.on_ack_sent();
}

void stream::send_destroy(transmit_batch& batch) {
  if (!batch.has_room(header_size))
    return;
  auto& receiving = parts_->in;
  write_header(
      batch.prepare(header_size),
      {packet_type::destroy, 0, remote_id_, receiving.window(), parts_->out.next(), receiving.next()});
  batch.commit(header_size);
  destroy_due_ = false;
  finished_raised_ = true;
}

// -- events -------------------------------------------------------------------

std::optional<event> stream::poll_event() {
  auto& [counts, timers, out, receiving] = *parts_;
  if (out.take_path_proven())
    return path_changed{};
  if (receiving.take_readable())
    return event{udx::readable{}};
  if (receiving.ended() && !std::exchange(remote_end_raised_, true))
    return remote_end{};
  if (phase_ == phase::open && out.take_writable())
    return writable{};
  if (std::exchange(closed_raised_, false))
    return closed{reason_};
  if (std::exchange(finished_raised_, false))
    return finished{};
  return std::nullopt;
}

// -- the application's side ---------------------------------------------------

std::size_t stream::write(byte_view data, const std::shared_ptr<const void>& owner) {
  return phase_ == phase::open ? parts_->out.write(data, owner) : 0;
}

std::size_t stream::writable_octets() const noexcept {
  return phase_ == phase::open ? parts_->out.room() : 0;
}

void stream::end() {
  if (phase_ == phase::open)
    parts_->out.end();
}

void stream::destroy() {
  if (phase_ != phase::open)
    return;
  give_up(errc::aborted);
  finished_raised_ = false; // once DESTROY is out
  destroy_due_ = true;
}

byte_view stream::readable() const noexcept {
  return parts_->in.readable();
}

void stream::consume(std::size_t n) {
  parts_->in.consume(n);
}

// -- messages -----------------------------------------------------------------

std::error_code stream::send_message(byte_view payload) {
  auto refusal = phase_ != phase::open                ? make_error_code(errc::stream_over)
                 : payload.size() > largest_message() ? make_error_code(errc::message_too_long)
                 : messages_out_.full()               ? make_error_code(errc::too_many_messages)
                                                      : std::error_code{};
  if (refusal)
    ++parts_->counts.messages_unsent;
  else
    messages_out_.push(payload);
  return refusal;
}

std::size_t stream::largest_message() const noexcept {
  return parts_->out.max_payload();
}

std::optional<byte_view> stream::poll_message() {
  if (messages_in_.empty())
    return std::nullopt;
  auto oldest = messages_in_.front();
  messages_in_.pop();
  return oldest;
}

void stream::take_message(byte_view payload) {
  auto& counts = parts_->counts;
  if (!takes_messages_) {
    ++counts.messages_ignored;
  } else if (messages_in_.full()) {
    ++counts.messages_dropped;
  } else {
    ++counts.messages_in;
    messages_in_.push(payload);
  }
}

// udx.md section 14: sent at once; carries snd.nxt without using it up. Its ack and window are those of an ACK, but it
// stands for none.
void stream::send_messages(transmit_batch& batch) {
  for (; !messages_out_.empty(); messages_out_.pop()) {
    auto payload = messages_out_.front();
    auto size = header_size + payload.size();
    if (payload.size() > largest_message()) {
      ++parts_->counts.messages_unsent;
      continue;
    }
    if (!batch.has_room(size))
      return;
    auto to = batch.prepare(size);
    write_header(
        to,
        {packet_type::message, 0, remote_id_, parts_->in.window(), parts_->out.next(), parts_->in.next()});
    std::copy(payload.begin(), payload.end(), to.begin() + header_size);
    batch.commit(size);
    ++parts_->counts.messages_out;
  }
}

void stream::drop_unsent_messages() noexcept {
  parts_->counts.messages_unsent += messages_out_.release();
}

void stream::raise_receive_window(std::size_t octets) {
  if (phase_ == phase::open)
    parts_->in.raise_window(octets);
}

// -- the path -----------------------------------------------------------------

void stream::change_remote(time_point now, const endpoint& remote, std::uint32_t remote_id) {
  remote_ = remote;
  remote_id_ = remote_id;
  if (phase_ == phase::open)
    parts_->out.change_path(now, remote);
}

const endpoint& stream::remote() const noexcept {
  return remote_;
}

std::uint32_t stream::local_id() const noexcept {
  return local_id_;
}

std::uint32_t stream::remote_id() const noexcept {
  return remote_id_;
}

std::size_t stream::largest_datagram() const noexcept {
  return parts_->out.largest_datagram();
}

void stream::release_spare() noexcept {
  parts_->out.release_spare();
  parts_->in.release_spare();
  for (auto waiting : {&messages_out_, &messages_in_})
    if (waiting->empty())
      waiting->release();
}

// -- watching -----------------------------------------------------------------

bool stream::urgent() const noexcept {
  return phase_ == phase::open && parts_->in.urgent();
}

bool stream::is_closed() const noexcept {
  return phase_ != phase::open;
}

bool stream::is_finished() const noexcept {
  return phase_ == phase::finished && !destroy_due_;
}

bool stream::all_acknowledged() const noexcept {
  return parts_->out.all_acknowledged();
}

stats stream::stats() const {
  udx::stats result;
  parts_->out.describe(result);
  result.counters = parts_->counts;
  return result;
}

const counters& stream::counters() const noexcept {
  return parts_->counts;
}

} // namespace warren::udx
