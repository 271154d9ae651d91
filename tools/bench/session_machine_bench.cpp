// How fast one core turns messages into sealed records and back: two sessions in one thread, joined by a pipe that is a
// function call. Says beside it what the AEAD alone does, ours (OpenSSL EVP) and libsodium's. One JSON object per line.
//   session_machine_bench [MIB]
#include "transports/crypto/chacha20_poly1305.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/session/noise_session.hpp"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sodium.h>
#include <string>

namespace {

using namespace warren;
using namespace warren::session;

double cpu_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

// What the path is taken for: too fast for compression to pay, or slow enough.
enum class path { fast, slow };

struct joined {
  crypto::system_random random;
  time_point now = time_point{} + std::chrono::hours{1};
  path speed;
  noise_session ends[2] = {make(role::initiator), make(role::responder)};
  channel_id channels[2] = {0, 0};
  std::size_t received = 0;

  explicit joined(path taken_for) : speed{taken_for} {
    for (auto& end : ends)
      if (end.join_topic(topic::of("bench")))
        std::abort();
    ends[0].attach_pipe(now, 1, role::initiator);
    ends[1].attach_pipe(now, 1, role::responder);
    for (int i = 0; i < 20; ++i)
      exchange();
  }

  noise_session make(role side) {
    config c;
    c.self = std::make_shared<const crypto::identity>(crypto::identity::generate(random));
    c.local_role = side;
    c.limits.compress_below = speed == path::slow ? ~std::uint64_t{0} : 1;
    return {std::move(c), random, now};
  }

  void take_events(int end) {
    while (auto next = ends[end].poll_event()) {
      if (std::get_if<established>(&*next))
        ends[end].admit();
      if (auto* opened = std::get_if<channel_opened>(&*next))
        channels[end] = opened->channel;
      if (auto* m = std::get_if<message>(&*next)) {
        received += m->content.size();
        ends[end].consumed(m->channel, warren::credit_of(m->content.size()));
      }
    }
  }

  void exchange() {
    now += std::chrono::microseconds{100};
    for (int end : {0, 1}) {
      ends[end].pipe_writable(1, 256 * 1024);
      while (auto out = ends[end].poll_transmit(now)) {
        ends[1 - end].handle_message(now, 1, out->data);
        take_events(1 - end);
      }
    }
  }
};

enum class content_kind { random, text };

bytes random_content(random_source& random, std::size_t size) {
  bytes out(size);
  random.fill(out);
  return out;
}

// Records as a database has them: names that repeat, values that do not. Shrinks to about a ninth.
bytes text_content(random_source& random, std::size_t size) {
  std::string out;
  while (out.size() < size) {
    auto drawn = random_content(random, 12);
    out += "{\"id\":\"" + to_hex(byte_view{drawn}.first(4)) + "\",\"name\":\"item "
           + std::to_string(std::to_integer<int>(drawn[5])) + "\",\"state\":\"open\",\"updated_at\":17000"
           + std::to_string(std::to_integer<int>(drawn[6]) + 256 * std::to_integer<int>(drawn[7]))
           + ",\"tags\":[\"urgent\"],\"parent\":null}\n";
  }
  out.resize(size);
  return to_bytes(out);
}

void bench_session(std::size_t message_size, std::size_t total, content_kind kind, path speed) {
  joined pair{speed};
  auto content = kind == content_kind::random ? random_content(pair.random, message_size)
                                              : text_content(pair.random, message_size);
  auto start = cpu_seconds();
  for (std::size_t sent = 0; pair.received < total;) {
    while (sent < total && !pair.ends[0].write(pair.channels[0], byte_view{content}))
      sent += message_size;
    pair.exchange();
  }
  auto spent = cpu_seconds() - start;
  std::printf(
      "{\"bench\":\"session\",\"content\":\"%s\",\"path\":\"%s\",\"message\":%zu,\"mb_per_s\":%.0f,"
      "\"messages_per_s\":%.0f,\"records\":%llu,\"on_the_wire\":%.3f,\"tried_in_vain\":%llu}\n",
      kind == content_kind::random ? "random" : "text", speed == path::slow ? "slow" : "fast", message_size,
      static_cast<double>(total) / spent / 1e6, static_cast<double>(total / message_size) / spent,
      static_cast<unsigned long long>(pair.ends[0].counters().records_out),
      static_cast<double>(pair.ends[0].counters().bytes_out) / static_cast<double>(total),
      static_cast<unsigned long long>(pair.ends[0].counters().compression_in_vain));
}

template <class Seal>
double megabytes_per_second(std::size_t size, std::size_t total, Seal seal) {
  auto rounds = total / size;
  auto start = cpu_seconds();
  for (std::size_t i = 0; i < rounds; ++i)
    seal(i);
  return static_cast<double>(rounds * size) / (cpu_seconds() - start) / 1e6;
}

void bench_aead(std::size_t size, std::size_t total) {
  crypto::secret<32> key;
  crypto::chacha20_poly1305 ours{key.copy()};
  bytes buffer(size + 16);
  crypto::chacha20_poly1305::nonce nonce{};
  auto evp = megabytes_per_second(size, total, [&](std::size_t i) {
    nonce[4] = static_cast<std::byte>(i);
    ours.seal(nonce, {}, std::span{buffer}.first(size), buffer);
  });
  auto sodium = megabytes_per_second(size, total, [&](std::size_t i) {
    nonce[4] = static_cast<std::byte>(i);
    crypto_aead_chacha20poly1305_ietf_encrypt(
        as_u8(buffer), nullptr, as_u8(buffer), size, nullptr, 0, nullptr, as_u8(byte_view{nonce}),
        as_u8(key.view()));
  });
  std::printf(
      "{\"bench\":\"aead\",\"record\":%zu,\"openssl_mb_per_s\":%.0f,\"libsodium_mb_per_s\":%.0f}\n", size,
      evp, sodium);
}

} // namespace

int main(int argc, char** argv) {
  auto total = (argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 256) << 20;
  for (std::size_t size : {64u, 1024u, 16384u, 65514u})
    bench_aead(size, total / 2);
  for (auto speed : {path::fast, path::slow})
    for (auto kind : {content_kind::random, content_kind::text}) {
      bench_session(64, total / 8, kind, speed);
      for (std::size_t size : {1024u, 65536u, 1u << 20})
        bench_session(size, total, kind, speed);
    }
  return 0;
}
