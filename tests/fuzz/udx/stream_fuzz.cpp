// Feeds datagrams into a live stream whose other half is a second, honest stream. Input: records of u8 length
// class and octets; each is a packet for the stream, or, shorter than a header, a step of time and of the
// honest exchange. Whatever comes in, memory stays bounded, deadlines lie ahead, and an intact exchange goes
// on as long as nothing forged was accepted.
#include "messages/udx_packet.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/udx/stream.hpp"

#include <cstdlib>

namespace {

using namespace std::chrono_literals;
using namespace warren;

const endpoint ours = *endpoint::parse("192.0.2.1:1000");
const endpoint theirs = *endpoint::parse("192.0.2.2:2000");
constexpr std::size_t window = 32 * 1024;

void require(bool condition) {
  if (!condition)
    std::abort();
}

udx::config settings(std::uint32_t local_id, std::uint32_t remote_id, const endpoint& remote) {
  udx::config result;
  result.local_id = local_id;
  result.remote_id = remote_id;
  result.remote = remote;
  result.receive_window = window;
  result.send_buffer = window;
  result.keep_alive = 10s;
  result.take_messages = true;
  return result;
}

// One for all runs: runs are many and short.
std::span<std::byte> shared_arena() {
  static std::vector<std::byte> arena(64 * 1024);
  return arena;
}

struct exchange {
  time_point now{1h};
  udx::stream subject{settings(1, 2, theirs), now};
  udx::stream honest{settings(2, 1, ours), now};
  udx::transmit_batch batch{shared_arena()};

  void pass(udx::stream& from, udx::stream& to, const endpoint& from_at) {
    for (int i = 0; i < 4; ++i) {
      batch.clear();
      if (from.poll_transmit(now, batch) == 0)
        return;
      for (std::size_t k = 0; k < batch.size(); ++k) {
        require(batch[k].size() <= 1500 - 28);
        require(udx::parse_packet(batch[k]).has_value());
        to.handle_packet(now, from_at, batch[k]);
      }
    }
  }

  void step(byte_view how) {
    auto value = how.empty() ? 0u : std::to_integer<unsigned>(how[0]);
    now += std::chrono::milliseconds{value};
    if (value % 16 == 1)
      subject.end();
    if (value % 64 == 2)
      subject.destroy();
    if (value % 16 == 3)
      subject.change_remote(now, theirs, 2);
    static const bytes data(255 * 8);
    subject.write(byte_view{data}.first(value * 8));
    honest.write(byte_view{data}.first(value * 8));
    for (auto stream : {&subject, &honest}) {
      stream->handle_timeout(now);
      if (value % 4 != 0)
        stream->consume(stream->readable().size());
      while (stream->poll_event()) {
      }
      stream->send_message(byte_view{data}.first(value * 8));
      if (value % 4 != 0)
        while (auto message = stream->poll_message())
          require(message->size() <= udx::max_datagram_size);
    }
    pass(subject, honest, ours);
    pass(honest, subject, theirs);
    if (auto deadline = subject.poll_timeout())
      require(*deadline > now - 1s && *deadline < now + 120s);
    require(subject.readable().size() <= 2 * (window + udx::receive_window_slack));
  }
};

void append(std::vector<std::uint8_t>& out, const udx::packet_header& header, std::string_view body) {
  bytes datagram(udx::header_size);
  udx::write_header(datagram, header);
  out.push_back(static_cast<std::uint8_t>(datagram.size() + body.size()));
  for (auto octet : datagram)
    out.push_back(std::to_integer<std::uint8_t>(octet));
  for (auto octet : body)
    out.push_back(static_cast<std::uint8_t>(octet));
}

} // namespace

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  using namespace udx;
  std::vector<std::vector<std::uint8_t>> corpus;
  corpus.push_back({1, 20, 1, 5, 1, 200, 1, 17, 1, 40});
  std::vector<std::uint8_t> mixed{1, 20};
  append(mixed, {packet_type::data, 0, 1, 4194304, {0}, {0}}, "hello");
  append(mixed, {packet_type::data, 0, 1, 4194304, {2}, {1}}, "world");
  append(mixed, {packet_type::data | packet_type::sack, 8, 1, 0, {3}, {0}}, {"\1\0\0\0\2\0\0\0x", 9});
  append(mixed, {packet_type::sack, 0, 1, 100, {3}, {0}}, {"\1\0\0\0\2\0\0\0\4\0\0\0\6\0\0\0", 16});
  append(mixed, {packet_type::heartbeat, 0, 1, 0, {3}, {0}}, "");
  append(mixed, {packet_type::message, 0, 1, 0, {3}, {0}}, "m");
  mixed.insert(mixed.end(), {1, 255, 1, 30});
  append(mixed, {packet_type::data | packet_type::end, 4, 1, 5000, {3}, {2}}, {"\0\0\0\0bye", 7});
  corpus.push_back(mixed);
  std::vector<std::uint8_t> closing{1, 33};
  append(closing, {packet_type::end, 0, 1, 5000, {1}, {1}}, "");
  append(closing, {packet_type::destroy, 0, 1, 5000, {2}, {1}}, "");
  corpus.push_back(closing);
  return corpus;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = std::as_bytes(std::span{data, size});
  exchange run;
  while (!rest.empty()) {
    auto length = std::min<std::size_t>(std::to_integer<std::size_t>(rest[0]), rest.size() - 1);
    auto record = rest.subspan(1, length);
    rest = rest.subspan(1 + length);
    if (record.size() < udx::header_size)
      run.step(record);
    else
      run.subject.handle_packet(run.now, theirs, record);
  }
  run.step({});
  return 0;
}
