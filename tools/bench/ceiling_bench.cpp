// What this machine could do at best, for tools/bench/stream. Prints one JSON object.
//   ceiling_bench [SECONDS]
// Raw UDP with segmentation offload between two processes (what arrives counts, nothing is repeated), and OpenSSL's
// ChaCha20-Poly1305 over 64 KiB on one core.
#include "transports/crypto/chacha20_poly1305.hpp"
#include "transports/net/udp_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

using namespace warren;

constexpr std::size_t segment = 1472;
constexpr std::size_t burst = 44 * segment;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

endpoint any_loopback_port() {
  return {*ip_address::parse("127.0.0.1"), 0};
}

/// Reads for `seconds` from the first datagram on; returns octets per second.
double receive(int fd, double seconds) {
  bytes buffer(64 * 1024);
  if (recv(fd, buffer.data(), buffer.size(), 0) < 0)
    return 0;
  auto start = std::chrono::steady_clock::now();
  double octets = 0;
  while (seconds_since(start) < seconds) {
    auto got = recv(fd, buffer.data(), buffer.size(), 0);
    octets += static_cast<double>(std::max<ssize_t>(got, 0));
  }
  return octets / seconds_since(start);
}

[[noreturn]] void flood(const endpoint& to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto socket = net::udp_socket::bind(any_loopback_port());
  if (!socket)
    _exit(1);
  bytes buffer(burst);
  for (;;)
    (*socket)->send_batch(to, buffer, segment);
}

double raw_udp(double seconds) {
  auto fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  int on = 1;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0
      || getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0
      || setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)) != 0)
    return 0;
  endpoint to{*ip_address::parse("127.0.0.1"), ntohs(address.sin_port)};
  auto child = fork();
  if (child == 0)
    flood(to);
  auto rate = receive(fd, seconds);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  ::close(fd);
  return rate;
}

double cpu_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

double aead(double seconds) {
  crypto::chacha20_poly1305 cipher{crypto::secret<32>{}};
  constexpr std::size_t size = 64 * 1024;
  bytes buffer(size + crypto::chacha20_poly1305::tag_size);
  crypto::chacha20_poly1305::nonce nonce{};
  double octets = 0;
  auto start = cpu_seconds();
  while (cpu_seconds() - start < seconds) {
    nonce[4] = static_cast<std::byte>(std::to_integer<int>(nonce[4]) + 1);
    cipher.seal(nonce, {}, std::span{buffer}.first(size), buffer);
    octets += size;
  }
  return octets / (cpu_seconds() - start);
}

} // namespace

int main(int argc, char** argv) {
  auto seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 1.0;
  std::printf(
      "{\"name\":\"ceiling\",\"raw_udp_mb_per_s\":%.0f,\"aead_64k_mb_per_s\":%.0f}\n", raw_udp(seconds) / 1e6,
      aead(seconds) / 1e6);
  return 0;
}
