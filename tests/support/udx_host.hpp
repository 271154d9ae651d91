#pragma once

#include "tests/sim/network/network.hpp"
#include "transports/udx/stream.hpp"

#include <array>
#include <string>
#include <vector>

namespace warren::test {

/// Drives one UDX stream in a sim::network as a connection actor would: feeds it packets, sends what it emits, keeps its
/// deadline armed, writes `to_send` and reads into `received` as fast as the stream allows.
class udx_host final : public sim::host {
public:
  udx_host(sim::network& network, const endpoint& where, const udx::config& settings)
      : network_{network}, stream{settings, network.now()}, arena_(128 * 1024), batch_{arena_, 64} {
    attach(where);
    drive();
  }

  udx_host(const udx_host&) = delete;
  udx_host& operator=(const udx_host&) = delete;

  ~udx_host() override { network_.detach(id_); }

  /// Moves to another address of this host.
  void attach(const endpoint& where) {
    network_.detach(id_);
    where_ = where;
    id_ = network_.attach(where, *this);
    network_.arm(id_, stream.poll_timeout());
  }

  void on_datagram(time_point now, const endpoint& from, byte_view datagram) override {
    stream.handle_packet(now, from, datagram);
    drive();
  }

  void on_deadline(time_point now) override {
    stream.handle_timeout(now);
    drive();
  }

  /// Appends to what is to be written, and drives.
  void send(byte_view data) {
    put_back(data);
    write_what_fits();
    drive();
  }

  /// Ends our side once everything is written.
  void end() {
    end_wanted_ = true;
    write_what_fits();
    drive();
  }

  void drive() {
    take_events();
    if (reading)
      read_all();
    transmit();
    take_events();
    network_.arm(id_, stream.poll_timeout());
  }

  const endpoint& where() const noexcept { return where_; }

  bool everything_written() const noexcept { return written_ == to_send_.size(); }

  /// What has happened, each kind of event counted.
  struct tally {
    int readable = 0;
    int writable = 0;
    int remote_end = 0;
    int closed = 0;
    int finished = 0;
    int path_changed = 0;
    std::error_code reason;
  };

private:
  sim::network& network_;
  endpoint where_;
  sim::host_id id_;

public:
  udx::stream stream;
  tally events;
  bytes received;
  bool reading = true;
  std::size_t largest_datagram = 0;
  std::vector<std::uint8_t> types_sent; // of the first few packets
  std::vector<time_point> sent_at;      // of the first few packets

private:
  void put_back(byte_view data) { to_send_.insert(to_send_.end(), data.begin(), data.end()); }

  void write_what_fits() {
    while (written_ < to_send_.size()) {
      auto taken = stream.write(byte_view{to_send_}.subspan(written_));
      if (taken == 0)
        break;
      written_ += taken;
    }
    if (end_wanted_ && everything_written())
      stream.end();
  }

  void read_all() {
    for (auto part = stream.readable(); !part.empty(); part = stream.readable()) {
      received.insert(received.end(), part.begin(), part.end());
      stream.consume(part.size());
    }
  }

  void transmit() {
    for (std::size_t count = 1; count > 0;) {
      batch_.clear();
      count = stream.poll_transmit(network_.now(), batch_);
      for (std::size_t i = 0; i < count; ++i)
        send_one(batch_[i]);
    }
  }

  void send_one(byte_view datagram) {
    largest_datagram = std::max(largest_datagram, datagram.size());
    if (types_sent.size() < 1000) {
      types_sent.push_back(std::to_integer<std::uint8_t>(datagram[2]));
      sent_at.push_back(network_.now());
    }
    network_.send(id_, stream.remote(), datagram);
  }

  void take_events() {
    while (auto what = stream.poll_event())
      std::visit([this](const auto& event) { count(event); }, *what);
  }

  void count(const udx::readable&) { ++events.readable; }
  void count(const udx::writable&) {
    ++events.writable;
    write_what_fits();
  }
  void count(const udx::remote_end&) { ++events.remote_end; }
  void count(const udx::path_changed&) { ++events.path_changed; }
  void count(const udx::finished&) { ++events.finished; }
  void count(const udx::closed& event) {
    ++events.closed;
    events.reason = event.reason;
  }

  bytes to_send_;
  std::size_t written_ = 0;
  bool end_wanted_ = false;
  std::vector<std::byte> arena_;
  udx::transmit_batch batch_;
};

/// Two streams that know each other.
struct udx_pair {
  static constexpr std::uint32_t id_a = 0x0a0a0a0a;
  static constexpr std::uint32_t id_b = 0x0b0b0b0b;

  explicit udx_pair(sim::network& network, udx::config common = {}, udx::config of_b = {})
      : a{network, at_a(), side(common, id_a, id_b, at_b())},
        b{network, at_b(), side(of_b, id_b, id_a, at_a())} {}

  static endpoint at_a() { return *endpoint::parse("10.0.0.1:1000"); }
  static endpoint at_b() { return *endpoint::parse("10.0.0.2:2000"); }

  static udx::config side(
      udx::config settings, std::uint32_t own, std::uint32_t other, const endpoint& remote) {
    settings.local_id = own;
    settings.remote_id = other;
    settings.remote = remote;
    return settings;
  }

  udx_host a;
  udx_host b;
};

/// Pseudo-random octets.
inline bytes noise(random_source& random, std::size_t size) {
  bytes result(size);
  random.fill(result);
  return result;
}

} // namespace warren::test
