// Our side of tools/bench/stream: two processes on loopback, one connection between their transports, everything through
// the public interface (actors/interfaces.hpp). Prints one JSON object.
//   stream_bench bulk [MIB]           MIB in writes of 64 KiB, both ends checking a hash
//   stream_bench pingpong [COUNT]     100 octets there and back, one after another
//   stream_bench messages [COUNT]     100 octets one way, as fast as they go
//
// The hash is position_hash below: 64 bits over position and content, in eight lanes, faster than memory can be read. A
// cryptographic one would be what is measured: BLAKE2b makes about 1 GB/s here.
#include "tools/bench/allocation_counter.hpp"
#include "tools/bench/bench_peer.hpp"
#include "tools/bench/process_usage.hpp"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <random>

namespace {

using namespace std::chrono_literals;
using namespace warren;

constexpr std::size_t write_size = 64 * 1024;
constexpr std::size_t small_size = 100;

/// Writes that are under way at once, and how many of them share one answer: the last one's, since writes are accepted
/// in order. A connection holds 64 unanswered ones (channel_table::max_waiting_writes).
struct pipelining {
  std::size_t ahead = 0;
  std::size_t per_answer = 0;
};
constexpr pipelining bulk_writes{16, 1};
constexpr pipelining small_writes{64, 16};

constexpr std::uint64_t initial_credit = 16 << 20;

/// As an application for large transfers would set it (option channel-window).
constexpr std::uint64_t channel_window = 8 << 20;
constexpr unsigned most_seconds = 120;
const auto common_topic = topic::of("warren-bench-stream");

/// Depends on every octet and on where it stands: each lane takes in 16 octets by one multiplication to 128 bits, whose halves
/// it folds, as wyhash does. Both ends add in the same portions.
class position_hash {
public:
  void add(byte_view octets) noexcept {
    while (octets.size() >= lanes_.size() * step) {
      for (std::size_t i = 0; i < lanes_.size(); ++i)
        lanes_[i] = fold(lanes_[i], octets.data() + i * step);
      octets = octets.subspan(lanes_.size() * step);
    }
    for (; octets.size() >= step; octets = octets.subspan(step))
      lanes_[0] = fold(lanes_[0], octets.data());
    if (octets.empty())
      return;
    std::array<std::byte, step> last{};
    std::memcpy(last.data(), octets.data(), octets.size());
    lanes_[1] = fold(lanes_[1] + octets.size(), last.data());
  }

  std::uint64_t value() const noexcept {
    std::uint64_t result = 0;
    for (auto lane : lanes_)
      result = std::rotl((result ^ lane) * 0x9e3779b97f4a7c15ull, 31);
    return result;
  }

private:
  static constexpr std::size_t step = 16;

  static std::uint64_t fold(std::uint64_t lane, const std::byte* octets) noexcept {
    __extension__ using wide = unsigned __int128;
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), octets, step);
    auto product = wide{lane ^ words[0]} * (words[1] ^ 0x9e3779b97f4a7c15ull);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  std::array<std::uint64_t, 8> lanes_{1, 2, 3, 4, 5, 6, 7, 8};
};

/// What the receiving end tells at the end.
struct receipt {
  std::uint64_t hash = 0;
  std::uint64_t messages = 0;
  double cpu = 0;
  double allocations = 0; // in the second half
};

chunk chunk_of(const receipt& told) {
  return chunk{std::as_bytes(std::span{&told, 1})};
}

receipt receipt_of(const chunk& data) {
  receipt result;
  std::memcpy(&result, data.view().data(), std::min(sizeof(result), data.size()));
  return result;
}

bench::peer& start_peer(const endpoint& bootstrap) {
  auto opts = bench::options_at(bootstrap);
  opts.channel_window = channel_window;
  return bench::start_peer(std::move(opts));
}

void join(const transport_actor& transport, const caf::actor& subscriber) {
  act::anon_mail(connect_topic{common_topic, {}, subscriber}).send(transport);
}

/// Gives credit back a quarter of it at a time.
class credit_keeper {
public:
  void start(caf::event_based_actor* self, const connected& c) {
    self_ = self;
    connection_ = c.connection;
    channel_ = c.key.channel;
    grant(initial_credit);
  }

  void dealt_with(std::size_t octets) {
    owed_ += credit_of(octets);
    if (owed_ >= initial_credit / 4)
      grant(std::exchange(owed_, 0));
  }

private:
  void grant(std::uint64_t octets) { act::mail(self_, grant_credit{channel_, octets}).send(connection_); }

  caf::event_based_actor* self_ = nullptr;
  connection_actor connection_;
  std::uint32_t channel_ = 0;
  std::uint64_t owed_ = 0;
};

/// Takes messages until the sender has finished, then writes the receipt.
struct receiver_state {
  receiver_state(caf::event_based_actor* selfptr, std::uint64_t messages, bool echo)
      : self{selfptr}, expected{messages}, echoes{echo} {}

  caf::behavior make_behavior() {
    return {
        [this](const connected& c) {
          connection = c.connection;
          channel = c.key.channel;
          credit.start(self, c);
          cpu = cpu_seconds();
        },
        [this](const chunk_received& c) {
          credit.dealt_with(c.data.size());
          if (echoes) {
            act::mail(self, write_chunk{channel, c.data}).send(connection);
            return;
          }
          hash.add(c.data.view());
          if (++told.messages == expected / 2)
            told.allocations = static_cast<double>(allocations());
        },
        [this](const peer_finished&) {
          told.hash = hash.value();
          told.cpu = cpu_seconds() - cpu;
          told.allocations = static_cast<double>(allocations()) - told.allocations;
          act::anon_mail(write_chunk{channel, chunk_of(told)}).send(connection);
        },
        [](const closed&) {},
    };
  }

  caf::event_based_actor* self;
  std::uint64_t expected;
  bool echoes;
  connection_actor connection;
  std::uint32_t channel = 0;
  credit_keeper credit;
  position_hash hash;
  receipt told;
  double cpu = 0;
};

struct bulk_result {
  double seconds = 0;
  double cpu = 0;
  double allocations = 0;
  std::uint64_t hash = 0;
  receipt peer;
};

/// Writes `total` messages from `contents` in turn.
struct sender_state {
  sender_state(
      caf::event_based_actor* selfptr, std::vector<chunk> contents_in, std::uint64_t count, pipelining how,
      std::promise<bulk_result>* done_in)
      : self{selfptr}, contents{std::move(contents_in)}, total{count}, pipeline{how}, done{done_in} {}

  caf::behavior make_behavior() {
    return {
        [this](const connected& c) {
          connection = c.connection;
          channel = c.key.channel;
          credit.start(self, c);
          start = std::chrono::steady_clock::now();
          result.cpu = cpu_seconds();
          for (std::size_t i = 0; i < pipeline.ahead && written < total; i += pipeline.per_answer)
            write_group();
        },
        [this](const chunk_received& c) {
          result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
          result.cpu = cpu_seconds() - result.cpu;
          result.hash = hash.value();
          result.peer = receipt_of(c.data);
          done->set_value(result);
        },
        [](const closed&) {},
    };
  }

  void write_group() {
    auto last = std::min(total, written + pipeline.per_answer) - 1;
    while (written < last)
      act::mail(self, write_chunk{channel, next()}).send(connection);
    act::mail(self, write_chunk{channel, next()})
        .request(connection, caf::infinite)
        .then([this] { accepted(); }, [](const caf::error& e) { failed(e); });
  }

  const chunk& next() {
    const auto& content = contents[written++ % contents.size()];
    if (written == total / 2)
      result.allocations = static_cast<double>(allocations());
    if (written == total)
      result.allocations = static_cast<double>(allocations()) - result.allocations;
    hash.add(content.view());
    return content;
  }

  void accepted() {
    answered = std::min(total, answered + pipeline.per_answer);
    if (written < total)
      write_group();
    else if (answered == total)
      act::mail(self, finish_channel{channel})
          .request(connection, caf::infinite)
          .then([] {}, [](const caf::error& e) { failed(e); });
  }

  static void failed(const caf::error& why) {
    std::fprintf(stderr, "a write failed: %s\n", describe(why).c_str());
    std::_Exit(1);
  }

  caf::event_based_actor* self;
  std::vector<chunk> contents;
  std::uint64_t total;
  pipelining pipeline;
  std::promise<bulk_result>* done;
  connection_actor connection;
  std::uint32_t channel = 0;
  std::uint64_t written = 0;
  std::uint64_t answered = 0;
  credit_keeper credit;
  position_hash hash;
  std::chrono::steady_clock::time_point start;
  bulk_result result;
};

/// Sends a message whenever the last one has come back.
struct pinger_state {
  pinger_state(caf::event_based_actor* selfptr, std::size_t count, std::promise<std::vector<double>>* done_in)
      : self{selfptr}, total{count}, done{done_in} {}

  caf::behavior make_behavior() {
    return {
        [this](const connected& c) {
          connection = c.connection;
          channel = c.key.channel;
          credit.start(self, c);
          ping();
        },
        [this](const chunk_received& c) {
          auto now = std::chrono::steady_clock::now();
          credit.dealt_with(c.data.size());
          if (round++ >= warm_up)
            times.push_back(std::chrono::duration<double, std::micro>(now - sent).count());
          if (times.size() < total)
            ping();
          else
            done->set_value(std::move(times));
        },
        [](const closed&) {},
    };
  }

  void ping() {
    sent = std::chrono::steady_clock::now();
    act::mail(self, write_chunk{channel, content}).send(connection);
  }

  static constexpr std::size_t warm_up = 200;

  caf::event_based_actor* self;
  std::size_t total;
  std::promise<std::vector<double>>* done;
  connection_actor connection;
  std::uint32_t channel = 0;
  credit_keeper credit;
  chunk content{bytes(small_size, std::byte{'p'})};
  std::chrono::steady_clock::time_point sent;
  std::vector<double> times;
  std::size_t round = 0;
};

std::vector<chunk> make_contents(std::size_t count, std::size_t size) {
  std::mt19937_64 random{1};
  std::vector<chunk> result;
  for (std::size_t i = 0; i < count; ++i) {
    bytes content(size);
    for (auto& octet : content)
      octet = static_cast<std::byte>(random());
    result.emplace_back(std::move(content));
  }
  return result;
}

int receive(const endpoint& bootstrap, std::uint64_t messages, bool echo) {
  auto& here = start_peer(bootstrap);
  join(here.transport, act::spawn<receiver_state>(here.system, messages, echo));
  pause(); // until the sender is done and the parent ends us
  return 1;
}

int send_bulk(
    const endpoint& bootstrap, const char* name, std::uint64_t count, std::size_t size, pipelining how) {
  auto& here = start_peer(bootstrap);
  std::promise<bulk_result> done;
  auto contents = make_contents(std::max<std::size_t>((16u << 20) / size / 16, 1), size);
  join(here.transport, act::spawn<sender_state>(here.system, std::move(contents), count, how, &done));
  auto result = done.get_future().get();
  auto octets = static_cast<double>(count * size);
  auto right = result.hash == result.peer.hash && result.peer.messages == count;
  std::printf(
      "{\"name\":\"warren\",\"bench\":\"%s\",\"workers\":%zu,\"octets\":%.0f,\"seconds\":%.3f,\"mb_per_s\":%."
      "1f,"
      "\"messages_per_s\":%.0f,\"hashes_equal\":%s,\"sender_cpu_seconds\":%.3f,\"receiver_cpu_seconds\":%.3f,"
      "\"sender_allocations_per_message\":%.2f,\"receiver_allocations_per_message\":%.2f}\n",
      name, bench::shared_machine_config::workers(), octets, result.seconds, octets / result.seconds / 1e6,
      static_cast<double>(count) / result.seconds, right ? "true" : "false", result.cpu, result.peer.cpu,
      result.allocations / (static_cast<double>(count) / 2),
      result.peer.allocations / (static_cast<double>(count) / 2));
  return right ? 0 : 1;
}

int send_pings(const endpoint& bootstrap, std::size_t count) {
  auto& here = start_peer(bootstrap);
  std::promise<std::vector<double>> done;
  join(here.transport, act::spawn<pinger_state>(here.system, count, &done));
  auto times = done.get_future().get();
  std::printf(
      "{\"name\":\"warren\",\"bench\":\"pingpong\",\"workers\":%zu,\"octets\":%zu,\"rounds\":%zu,\"p50_us\":%"
      ".1f,\"p99_us\":%"
      ".1f}\n",
      bench::shared_machine_config::workers(), small_size, times.size(), bench::percentile(times, 0.5),
      bench::percentile(times, 0.99));
  return 0;
}

int usage() {
  std::fprintf(stderr, "stream_bench bulk [MIB] | pingpong [COUNT] | messages [COUNT]\n");
  return 2;
}

} // namespace

int main(int argc, char** argv) {
  std::string mode = argc > 1 ? argv[1] : "";
  auto number = [&](std::uint64_t otherwise) {
    return argc > 2 ? std::strtoull(argv[2], nullptr, 10) : otherwise;
  };
  bench::role sender;
  std::uint64_t count = 0;
  if (mode == "bulk") {
    count = number(1024) * (1u << 20) / write_size;
    sender = [=](const endpoint& b) { return send_bulk(b, "bulk", count, write_size, bulk_writes); };
  } else if (mode == "messages") {
    count = number(2'000'000);
    sender = [=](const endpoint& b) { return send_bulk(b, "messages", count, small_size, small_writes); };
  } else if (mode == "pingpong") {
    sender = [=](const endpoint& b) { return send_pings(b, number(20'000)); };
  } else {
    return usage();
  }
  auto receiver = [=](const endpoint& b) { return receive(b, count, mode == "pingpong"); };
  return bench::run_roles({sender, receiver}, most_seconds);
}
