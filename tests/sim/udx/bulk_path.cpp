#include "tests/sim/udx/bulk_path.hpp"

#include "messages/udx_packet.hpp"

#include <algorithm>

namespace warren::test {

namespace {

const endpoint at_senders = *endpoint::parse("10.1.0.1:1000");
const endpoint at_receivers = *endpoint::parse("10.1.0.2:2000");

// Stream ids: transfer n sends as first_sender + n and receives as first_receiver + n.
constexpr std::uint32_t first_sender = 0x5e000000;
constexpr std::uint32_t first_receiver = 0x4e000000;

// What is sent repeats after this many octets, a prime, so that no shift by whole packets goes unnoticed.
constexpr std::size_t period = 65521;

const bytes& pattern() {
  static const bytes octets = [] {
    sim::random random{42};
    bytes result(2 * period);
    random.fill(std::span{result}.first(period));
    std::copy_n(result.begin(), period, result.begin() + period);
    return result;
  }();
  return octets;
}

byte_view pattern_at(std::uint64_t position, std::size_t most) {
  return byte_view{pattern()}.subspan(position % period, std::min(most, period));
}

udx::config settings_of(std::uint32_t own, std::uint32_t other, const endpoint& remote) {
  udx::config result;
  result.local_id = own;
  result.remote_id = other;
  result.remote = remote;
  return result;
}

} // namespace

struct bulk_path::transfer {
  transfer(const udx::config& of_sender, const udx::config& of_receiver, time_point now)
      : sender{of_sender, now}, receiver{of_receiver, now}, spoke_at{now}, arrived_at{now} {}

  void write() {
    while (auto taken = sender.write(pattern_at(written, period)))
      written += taken;
  }

  void read(time_point now) {
    for (auto part = receiver.readable(); !part.empty(); part = receiver.readable()) {
      auto size = std::min(part.size(), period);
      auto expected = pattern_at(received, size);
      spoilt = spoilt || !std::equal(expected.begin(), expected.end(), part.begin());
      received += size;
      longest_gap = std::max(longest_gap, now - arrived_at);
      arrived_at = now;
      receiver.consume(size);
    }
  }

  // RFC 6298 section 5: silence ends with the retransmission timer, which has been doubled once at most (udx.md section 8).
  void note_spoken(time_point now) {
    if (waiting)
      longest_beyond = std::max(longest_beyond, now - spoke_at - 2 * rto);
    spoke_at = now;
    waiting = true;
    rto = sender.stats().rto;
  }

  udx::stream sender;
  udx::stream receiver;
  std::uint64_t written = 0;
  std::uint64_t received = 0;
  std::uint64_t packets = 0;
  time_point spoke_at;
  time_point arrived_at;
  duration rto = udx::rtt_estimator::min_rto;
  duration longest_gap{};
  duration longest_beyond = duration::min();
  bool waiting = false;
  bool spoilt = false;
};

/// All streams at one endpoint.
class bulk_path::side final : public sim::host {
public:
  side(bulk_path& path, bool sending, const endpoint& where)
      : path_{path},
        sending_{sending},
        arena_(128 * 1024),
        batch_{arena_, 64},
        id_{path.network_.attach(where, *this)} {}

  ~side() override { path_.network_.detach(id_); }

  void on_datagram(time_point now, const endpoint& from, byte_view datagram) override {
    auto id = udx::stream_id_of(datagram);
    auto which = id ? *id - (sending_ ? first_sender : first_receiver) : path_.transfers_.size();
    if (which >= path_.transfers_.size())
      return;
    auto& what = *path_.transfers_[which];
    stream_of(what).handle_packet(now, from, datagram);
    drive(what);
    arm();
  }

  void on_deadline(time_point now) override {
    for (auto& what : path_.transfers_) {
      auto due = stream_of(*what).poll_timeout();
      if (!due || *due > now)
        continue;
      stream_of(*what).handle_timeout(now);
      drive(*what);
    }
    arm();
  }

  void drive(transfer& what) {
    auto now = path_.network_.now();
    auto& stream = stream_of(what);
    if (sending_)
      what.write();
    else
      what.read(now);
    std::size_t sent = 0;
    do {
      batch_.clear();
      stream.poll_transmit(now, batch_);
      for (std::size_t i = 0; i < batch_.size(); ++i)
        path_.network_.send(id_, stream.remote(), batch_[i]);
      sent += batch_.size();
    } while (!batch_.empty());
    if (sending_ && sent > 0) {
      what.packets += sent;
      what.note_spoken(now);
    }
    while (stream.poll_event()) {
    }
  }

  void arm() {
    std::optional<time_point> earliest;
    for (auto& what : path_.transfers_)
      if (auto due = stream_of(*what).poll_timeout(); due && (!earliest || *due < *earliest))
        earliest = due;
    path_.network_.arm(id_, earliest);
  }

private:
  udx::stream& stream_of(transfer& what) const { return sending_ ? what.sender : what.receiver; }

  bulk_path& path_;
  bool sending_;
  std::vector<std::byte> arena_;
  udx::transmit_batch batch_;
  sim::host_id id_;
};

bulk_path::bulk_path(sim::network& net, const sim::link_quality& forth, const sim::link_quality& back)
    : network_{net},
      senders_{std::make_unique<side>(*this, true, at_senders)},
      receivers_{std::make_unique<side>(*this, false, at_receivers)} {
  net.link(at_senders, at_receivers, forth);
  net.link(at_receivers, at_senders, back);
}

bulk_path::~bulk_path() = default;

std::size_t bulk_path::start(udx::congestion_algorithm algorithm) {
  auto number = transfers_.size();
  auto own = first_sender + static_cast<std::uint32_t>(number);
  auto other = first_receiver + static_cast<std::uint32_t>(number);
  auto of_sender = settings_of(own, other, at_receivers);
  of_sender.congestion = algorithm;
  transfers_.push_back(
      std::make_unique<transfer>(of_sender, settings_of(other, own, at_senders), network_.now()));
  senders_->drive(*transfers_.back());
  senders_->arm();
  return number;
}

std::uint64_t bulk_path::received(std::size_t which) const {
  return transfers_.at(which)->received;
}

udx::stats bulk_path::stats(std::size_t which) const {
  return transfers_.at(which)->sender.stats();
}

duration bulk_path::longest_gap(std::size_t which) const {
  return transfers_.at(which)->longest_gap;
}

duration bulk_path::longest_silence_beyond_timer(std::size_t which) const {
  return transfers_.at(which)->longest_beyond;
}

std::uint64_t bulk_path::sent(std::size_t which) const {
  return transfers_.at(which)->packets;
}

bool bulk_path::spoilt() const {
  return std::any_of(transfers_.begin(), transfers_.end(), [](const auto& what) {
    return what->spoilt || what->sender.is_closed();
  });
}

} // namespace warren::test
