#include "transports/net/udp_receiver.hpp"

#include "transports/net/receive_pace.hpp"
#include "transports/net/slab_pool.hpp"
#include "transports/net/socket_address.hpp"

#include <netinet/udp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <limits>
#include <thread>
#include <utility>

namespace warren::net {

namespace {

// One coalesced buffer holds at most one IP datagram's worth; without coalescing a datagram is a packet, at most a jumbo
// frame.
constexpr std::size_t coalesced_buffer = 65'536;
constexpr std::size_t plain_buffer = 16'384;

// Messages per recvmmsg.
constexpr std::size_t most_messages = 16;

// What is received in a buffer of its own and is no larger is moved to the end of what came before: a slab then holds
// thousands of small datagrams, and a burst to many connections does not use all slabs up.
constexpr std::size_t most_moved = 4096;

// Calls of recvmmsg on one socket before the others get a turn.
constexpr int reads_per_turn = 8;

// What the kernel counts of its own for each datagram in a socket's buffer, about; less when it has joined them.
constexpr std::size_t datagram_overhead = 768;

std::error_code system_error(int code) {
  return {code, std::system_category()};
}

/// Closes a descriptor at the end.
class unique_fd {
public:
  explicit unique_fd(int fd) noexcept : fd_{fd} {}
  ~unique_fd() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  unique_fd(const unique_fd&) = delete;
  unique_fd& operator=(const unique_fd&) = delete;

  int get() const noexcept { return fd_; }

private:
  int fd_;
};

/// Returns the size that UDP_GRO coalesced `message` from, or nothing when it is one datagram.
std::optional<std::size_t> segment_size(msghdr& message) {
  for (auto header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == IPPROTO_UDP && header->cmsg_type == UDP_GRO) {
      int size = 0;
      std::memcpy(&size, CMSG_DATA(header), sizeof(size));
      if (size > 0)
        return static_cast<std::size_t>(size);
    }
  }
  return std::nullopt;
}

std::size_t smallest_buffer(const std::vector<std::shared_ptr<udp_socket>>& sockets) {
  auto result = std::numeric_limits<std::size_t>::max();
  for (const auto& each : sockets)
    result = std::min(result, each->receive_buffer());
  return result;
}

} // namespace

struct udp_receiver::impl {
  struct message_room {
    socket_address from;
    iovec part{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  };

  impl(std::vector<std::shared_ptr<udp_socket>> from, batch_handler handler, const receiver_options& options)
      : sockets{std::move(from)},
        on_batch{std::move(handler)},
        pool{std::make_shared<slab_pool>(std::max<std::size_t>(options.slabs, 1))},
        epoll{epoll_create1(EPOLL_CLOEXEC)},
        wake{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
        pace{smallest_buffer(sockets)} {}

  std::error_code watch(int fd, std::uint64_t tag) const {
    epoll_event interest{};
    interest.events = EPOLLIN;
    interest.data.u64 = tag;
    return epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &interest) == 0 ? std::error_code{}
                                                                     : system_error(errno);
  }

  void run();
  bool read(std::size_t index);
  bool next_slab();
  void let_others_catch_up(bool drained, std::size_t unread);
  std::size_t handed_out() const noexcept;
  std::size_t receive(udp_socket& from, std::size_t buffer);
  void deliver(std::size_t index, std::size_t messages);
  void close_gaps(std::size_t messages);
  void split(const message_room& room, msghdr& message, std::size_t size);

  std::vector<std::shared_ptr<udp_socket>> sockets;
  batch_handler on_batch;
  std::shared_ptr<slab_pool> pool;
  unique_fd epoll;
  unique_fd wake;
  std::atomic<bool> stopping{false};
  std::thread thread;

  // The receiving thread's own.
  std::shared_ptr<slab> current;
  std::size_t octets_used = 0;
  std::size_t packets_used = 0;
  std::array<message_room, most_messages> rooms;
  std::array<mmsghdr, most_messages> headers{};
  std::size_t asked = 0; // messages that the last recvmmsg had room for
  receive_pace pace;

  std::atomic<std::uint64_t> packets{0};
  std::atomic<std::uint64_t> octets{0};
  std::atomic<std::uint64_t> batches{0};
  std::atomic<std::uint64_t> truncated{0};
  std::atomic<std::uint64_t> errors{0};
  std::atomic<std::uint64_t> starved{0};
};

void udp_receiver::impl::run() {
  constexpr int most_ready = 16;
  std::array<epoll_event, most_ready> ready;
  while (!stopping.load(std::memory_order_acquire)) {
    auto count = epoll_wait(epoll.get(), ready.data(), most_ready, -1);
    auto unread = handed_out();
    auto drained = true;
    for (int i = 0; i < count; ++i) {
      auto tag = ready[static_cast<std::size_t>(i)].data.u64;
      if (tag == sockets.size())
        return;
      drained = read(tag) && drained;
    }
    let_others_catch_up(drained, unread);
  }
}

/// Returns how many portions of the slab in use nobody has dealt with yet: a batch may be handed on in several.
std::size_t udp_receiver::impl::handed_out() const noexcept {
  return current ? static_cast<std::size_t>(current.use_count() - 1) : 0;
}

void udp_receiver::impl::let_others_catch_up(bool drained, std::size_t unread) {
  auto came =
      octets.load(std::memory_order_relaxed) + datagram_overhead * packets.load(std::memory_order_relaxed);
  auto pause = pace.pause(std::chrono::steady_clock::now(), {drained, came, unread});
  if (pause == duration::zero())
    return;
  timespec limit{0, static_cast<long>(pause.count())};
  pollfd stop{wake.get(), POLLIN, 0};
  ppoll(&stop, 1, &limit, nullptr);
}

/// Reads a turn's worth from one socket; true when nothing is left in it.
bool udp_receiver::impl::read(std::size_t index) {
  auto& from = *sockets[index];
  auto buffer = from.coalesces() ? coalesced_buffer : plain_buffer;
  for (int turn = 0; turn < reads_per_turn; ++turn) {
    if (stopping.load(std::memory_order_acquire))
      return false;
    auto room = slab::octets_size - octets_used;
    if ((!current || room < buffer || slab::packets_size - packets_used < 64) && !next_slab())
      return false;
    auto messages = receive(from, buffer);
    if (messages == 0)
      return true;
    close_gaps(messages);
    deliver(index, messages);
    // Fewer than there was room for: the socket was empty, and epoll tells when it no longer is.
    if (messages < asked)
      return true;
  }
  return false;
}

bool udp_receiver::impl::next_slab() {
  current.reset();
  if (pool->exhausted())
    starved.fetch_add(1, std::memory_order_relaxed);
  current = pool->take();
  octets_used = 0;
  packets_used = 0;
  return current != nullptr;
}

std::size_t udp_receiver::impl::receive(udp_socket& from, std::size_t buffer) {
  auto room = (slab::octets_size - octets_used) / buffer;
  auto packets_per_message = from.coalesces() ? std::size_t{64} : std::size_t{1};
  room = std::min({room, most_messages, (slab::packets_size - packets_used) / packets_per_message});
  asked = room;
  for (std::size_t i = 0; i < room; ++i) {
    rooms[i].part = {current->octets.get() + octets_used + i * buffer, buffer};
    auto& header = headers[i].msg_hdr;
    header = {};
    header.msg_name = &rooms[i].from.any;
    header.msg_namelen = sizeof(rooms[i].from.v6);
    header.msg_iov = &rooms[i].part;
    header.msg_iovlen = 1;
    header.msg_control = rooms[i].control.data();
    header.msg_controllen = rooms[i].control.size();
  }
  auto got = recvmmsg(from.native_handle(), headers.data(), static_cast<unsigned>(room), 0, nullptr);
  if (got > 0)
    return static_cast<std::size_t>(got);
  if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
    errors.fetch_add(1, std::memory_order_relaxed);
  return 0;
}

/// Cuts one received buffer into datagrams, in the slab's table.
void udp_receiver::impl::split(const message_room& room, msghdr& message, std::size_t size) {
  byte_view rest{static_cast<const std::byte*>(room.part.iov_base), size};
  auto step = segment_size(message).value_or(std::max<std::size_t>(size, 1));
  auto from = room.from.to_endpoint();
  do {
    auto one = rest.first(std::min(rest.size(), step));
    rest = rest.subspan(one.size());
    current->packets[packets_used++] = {from, one};
  } while (!rest.empty() && packets_used < slab::packets_size);
  octets.fetch_add(size, std::memory_order_relaxed);
}

/// The next read begins right behind what was received (aligned).
void udp_receiver::impl::close_gaps(std::size_t messages) {
  for (std::size_t i = 0; i < messages; ++i) {
    auto& place = rooms[i].part.iov_base;
    auto size = std::size_t{headers[i].msg_len};
    auto end = current->octets.get() + octets_used;
    if (size <= most_moved)
      place = std::memmove(end, place, size);
    octets_used = static_cast<std::size_t>(static_cast<std::byte*>(place) - current->octets.get());
    octets_used += (size + 63) & ~std::size_t{63};
  }
}

void udp_receiver::impl::deliver(std::size_t index, std::size_t messages) {
  auto first = packets_used;
  for (std::size_t i = 0; i < messages; ++i) {
    if ((headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0)
      truncated.fetch_add(1, std::memory_order_relaxed);
    else
      split(rooms[i], headers[i].msg_hdr, headers[i].msg_len);
  }
  auto count = packets_used - first;
  if (count == 0)
    return;
  packets.fetch_add(count, std::memory_order_relaxed);
  batches.fetch_add(1, std::memory_order_relaxed);
  on_batch(index, packet_batch{current, std::span<const packet>{current->packets.get() + first, count}});
}

udp_receiver::udp_receiver(std::unique_ptr<impl> state) noexcept : impl_{std::move(state)} {
}

result<std::unique_ptr<udp_receiver>> udp_receiver::start(
    std::vector<std::shared_ptr<udp_socket>> sockets, batch_handler on_batch,
    const receiver_options& options) {
  auto state = std::make_unique<impl>(std::move(sockets), std::move(on_batch), options);
  if (state->epoll.get() < 0 || state->wake.get() < 0)
    return system_error(errno);
  for (std::size_t i = 0; i < state->sockets.size(); ++i)
    if (auto why = state->watch(state->sockets[i]->native_handle(), i))
      return why;
  if (auto why = state->watch(state->wake.get(), state->sockets.size()))
    return why;
  auto raw = state.get();
  state->thread = std::thread{[raw] { raw->run(); }};
  return std::unique_ptr<udp_receiver>{new udp_receiver{std::move(state)}};
}

udp_receiver::~udp_receiver() {
  stop();
}

void udp_receiver::stop() noexcept {
  if (!impl_->thread.joinable())
    return;
  impl_->stopping.store(true, std::memory_order_release);
  impl_->pool->stop();
  std::uint64_t one = 1;
  // An eventfd write of 1 fails only when the counter is full, and then the thread wakes anyway.
  [[maybe_unused]] auto written = ::write(impl_->wake.get(), &one, sizeof(one));
  impl_->thread.join();
}

receiver_counters udp_receiver::counters() const noexcept {
  return {
      .packets = impl_->packets.load(std::memory_order_relaxed),
      .octets = impl_->octets.load(std::memory_order_relaxed),
      .batches = impl_->batches.load(std::memory_order_relaxed),
      .truncated = impl_->truncated.load(std::memory_order_relaxed),
      .errors = impl_->errors.load(std::memory_order_relaxed),
      .starved = impl_->starved.load(std::memory_order_relaxed),
  };
}

} // namespace warren::net
