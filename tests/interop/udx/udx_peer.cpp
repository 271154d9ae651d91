// One UDX stream of ours on a UDP socket of its own, driven by a plain poll() loop: sends a file, ends its
// side, writes what the peer sends to another file, and exits 0 once both sides have ended.
//   udx_peer [OPTION...] LOCAL_ID REMOTE_ID SEND_FILE RECEIVE_FILE [REMOTE_HOST:PORT]
// With a remote endpoint it is the opener; without, the acceptor: it learns the endpoint from the first
// packet of its stream. Prints "port N" when it is ready, and at the end one line of counters. Only IPv4
// loopback.
//   --congestion NAME   cubic or bbr
//   --linger MS         answers a repeated END for so long; a second if not given
//   --after-end         sends nothing before the peer has ended its side
//   --destroy           destroys the stream once the file has been acknowledged
//   --expect-reset      exits 0 if and only if the peer destroys the stream
//   --keep-alive MS     sends a HEARTBEAT after so much idle time
//   --until-answered N  ends its side only when N HEARTBEATs have gone out and as many packets have come in since
//   --until-asked N     ends its side only when N HEARTBEATs have come in
//   --echo N            takes MESSAGEs, sends each back, and ends its side only when N have been
#include "tests/interop/udx/loopback_socket.hpp"
#include "transports/udx/stream.hpp"

#include <poll.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace warren;
using namespace std::chrono_literals;

constexpr duration time_limit = 180s;

time_point now() {
  return std::chrono::steady_clock::now();
}

bytes read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    throw std::runtime_error{"cannot read " + path};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  return to_bytes(text);
}

struct manners {
  bool after_end = false;
  bool destroy = false;
  bool expect_reset = false;
  std::uint64_t until_answered = 0;
  std::uint64_t until_asked = 0;
  std::uint64_t echo = 0;
};

class peer {
public:
  peer(udx::config settings, const manners& how, bytes to_send, const std::string& receive_file)
      : settings_{settings},
        how_{how},
        to_send_{std::move(to_send)},
        received_{receive_file, std::ios::binary},
        arena_(128 * 1024) {}

  int run() {
    auto deadline = now() + time_limit;
    if (settings_.remote.port != 0)
      start(settings_.remote);
    while (!over_) {
      if (now() > deadline)
        return fail("out of time");
      drive();
      wait();
      receive();
    }
    drive();
    auto counts = stream_->counters();
    std::printf(
        "mtu %zu heartbeats %llu/%llu retransmits %llu timeouts %llu probes %llu duplicates %llu\n", mtu_,
        static_cast<unsigned long long>(counts.heartbeats_out),
        static_cast<unsigned long long>(counts.heartbeats_in),
        static_cast<unsigned long long>(counts.retransmits), static_cast<unsigned long long>(counts.timeouts),
        static_cast<unsigned long long>(counts.tail_loss_probes),
        static_cast<unsigned long long>(counts.duplicates_in));
    if (how_.expect_reset)
      return reason_ == udx::errc::connection_reset ? 0 : fail("the peer has not destroyed the stream");
    if (how_.destroy && reason_ == udx::errc::aborted)
      return 0;
    return reason_ ? fail(reason_.message()) : 0;
  }

private:
  int fail(const std::string& why) {
    std::fprintf(stderr, "udx_peer: %s\n", why.c_str());
    return 1;
  }

  void start(const endpoint& remote) {
    settings_.remote = remote;
    stream_.emplace(settings_, now());
    write_what_fits();
  }

  void write_what_fits() {
    if (how_.after_end && !peer_ended_)
      return;
    while (written_ < to_send_.size()) {
      auto taken = stream_->write(byte_view{to_send_}.subspan(written_));
      if (taken == 0)
        return;
      written_ += taken;
    }
    if (how_.destroy) {
      if (stream_->all_acknowledged())
        stream_->destroy();
    } else if (may_end()) {
      stream_->end();
    }
  }

  bool may_end() const {
    const auto& counts = stream_->counters();
    if (echoed_ < how_.echo || counts.heartbeats_in < how_.until_asked
        || counts.heartbeats_out < how_.until_answered)
      return false;
    // While nothing is sent but HEARTBEATs, what comes in answers them.
    return how_.until_answered == 0 || (settled_ && counts.packets_in >= *settled_ + how_.until_answered);
  }

  void drive() {
    if (!stream_)
      return;
    stream_->handle_timeout(now());
    if (!settled_ && written_ == to_send_.size() && stream_->all_acknowledged())
      settled_ = stream_->counters().packets_in;
    for (auto part = stream_->readable(); !part.empty(); part = stream_->readable()) {
      received_.write(reinterpret_cast<const char*>(part.data()), static_cast<std::streamsize>(part.size()));
      stream_->consume(part.size());
    }
    mtu_ = stream_->stats().mtu;
    while (auto what = stream_->poll_event()) {
      if (std::holds_alternative<udx::writable>(*what))
        write_what_fits();
      peer_ended_ = peer_ended_ || std::holds_alternative<udx::remote_end>(*what);
      if (auto closed = std::get_if<udx::closed>(&*what); closed && !only_end_unanswered(closed->reason))
        reason_ = closed->reason;
      // The peer may have missed our last ACK, so the linger is waited for.
      over_ = over_ || std::holds_alternative<udx::finished>(*what);
    }
    write_what_fits();
    transmit();
  }

  /// udx-native keeps no state after a close: when its last ACK is lost, our last packets with the END are never
  /// answered. That it has everything is for its side of the test to say.
  bool only_end_unanswered(std::error_code why) const {
    return why == udx::errc::timed_out && peer_ended_ && written_ == to_send_.size();
  }

  void transmit() {
    if (!stream_)
      return;
    do {
      batch_.clear();
      stream_->poll_transmit(now(), batch_);
      for (std::size_t i = 0; i < batch_.size(); ++i)
        socket_.send(stream_->remote(), batch_[i]);
    } while (!batch_.empty());
  }

  /// What cannot be sent back is not counted as an echo, so that the test notices.
  void echo_messages() {
    while (auto message = stream_->poll_message())
      echoed_ += stream_->send_message(*message) ? 0 : 1;
  }

  void wait() {
    auto until = stream_ ? stream_->poll_timeout() : std::nullopt;
    auto milliseconds = 1000;
    if (until) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - now()).count();
      milliseconds = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000));
    }
    pollfd ready{socket_.native_handle(), POLLIN, 0};
    poll(&ready, 1, milliseconds);
  }

  void receive() {
    std::array<std::byte, 2049> buffer;
    endpoint from;
    for (int i = 0; i < 64; ++i) {
      auto datagram = socket_.receive(buffer, from);
      if (!datagram)
        return;
      if (!stream_ && udx::stream_id_of(*datagram) == settings_.local_id)
        start(from);
      if (!stream_)
        continue;
      stream_->handle_packet(now(), from, *datagram);
      echo_messages();
      if (stream_->urgent())
        transmit();
    }
  }

  udx::config settings_;
  manners how_;
  bytes to_send_;
  std::size_t written_ = 0;
  std::ofstream received_;
  std::vector<std::byte> arena_;
  udx::transmit_batch batch_{arena_};
  std::optional<udx::stream> stream_;
  std::optional<std::uint64_t> settled_; // packets that had come in when all was acknowledged
  std::error_code reason_;
  std::size_t mtu_ = 0;
  loopback_socket socket_;
  std::uint64_t echoed_ = 0;
  bool over_ = false;
  bool peer_ended_ = false;
};

bool take_flag(std::string_view option, manners& how) {
  if (option == "--after-end")
    how.after_end = true;
  else if (option == "--destroy")
    how.destroy = true;
  else if (option == "--expect-reset")
    how.expect_reset = true;
  else
    return false;
  return true;
}

bool take_value(std::string_view option, const std::string& value, udx::config& settings, manners& how) {
  if (option == "--keep-alive")
    settings.keep_alive = std::chrono::milliseconds{std::stoul(value)};
  else if (option == "--linger")
    settings.linger = std::chrono::milliseconds{std::stoul(value)};
  else if (option == "--until-answered")
    how.until_answered = std::stoul(value);
  else if (option == "--until-asked")
    how.until_asked = std::stoul(value);
  else if (option == "--echo")
    settings.take_messages = (how.echo = std::stoul(value)) > 0;
  else if (option == "--congestion" && value == "cubic")
    settings.congestion = udx::congestion_algorithm::cubic;
  else if (option == "--congestion" && value == "bbr")
    settings.congestion = udx::congestion_algorithm::bbr;
  else
    return false;
  return true;
}

} // namespace

int main(int argc, char** argv) {
  udx::config settings;
  settings.linger = 1s;
  manners how;
  for (; argc > 1 && std::string_view{argv[1]}.starts_with("--"); --argc, ++argv) {
    if (take_flag(argv[1], how))
      continue;
    if (argc < 3 || !take_value(argv[1], argv[2], settings, how)) {
      std::fprintf(stderr, "udx_peer: bad option %s\n", argv[1]);
      return 2;
    }
    --argc;
    ++argv;
  }
  if (argc != 5 && argc != 6) {
    std::fprintf(
        stderr, "usage: udx_peer [OPTION...] LOCAL_ID REMOTE_ID SEND_FILE RECEIVE_FILE [REMOTE_HOST:PORT]\n");
    return 2;
  }
  settings.local_id = static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10));
  settings.remote_id = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  if (argc == 6) {
    auto remote = endpoint::parse(argv[5]);
    if (!remote) {
      std::fprintf(stderr, "udx_peer: bad endpoint %s\n", argv[5]);
      return 2;
    }
    settings.remote = *remote;
  }
  try {
    peer ours{settings, how, read_file(argv[3]), argv[4]};
    return ours.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "udx_peer: %s\n", error.what());
    return 1;
  }
}
