#include "transports/net/udp_loop.hpp"

#include "transports/net/socket_address.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <vector>

namespace warren::net {

namespace {

/// Datagrams read by one system call; their buffers are all that the sockets share.
constexpr std::size_t most_messages = 16;
constexpr std::size_t buffer_size = 4096;

/// Sockets looked after per wake-up.
constexpr int most_ready = 64;

/// Kernel buffers asked for. Small machines get small bursts.
constexpr int kernel_buffer = 256 * 1024;

constexpr std::uint64_t wake_tag = ~std::uint64_t{0};

std::error_code last_error() {
  return {errno, std::system_category()};
}

} // namespace

struct udp_loop::impl {
  struct slot {
    std::shared_ptr<udp_socket> socket;
    udp_port* handler = nullptr;
    std::optional<time_point> deadline;
    /// Of its one live entry in `deadlines`: never later than `deadline`.
    std::uint64_t queued = 0;
    time_point queued_for;
  };

  struct entry {
    time_point when;
    std::uint64_t sequence = 0;
    std::uint32_t index = 0;

    /// For a heap whose first is the earliest.
    friend bool operator<(const entry& a, const entry& b) noexcept { return a.when > b.when; }
  };

  void read(std::uint32_t index);
  void fire(time_point now);
  void queue(std::uint32_t index);
  void run_posted();
  int wait(duration patience);

  int epoll = -1;
  int wake = -1;
  std::vector<slot> slots;
  std::vector<std::uint32_t> unused;
  std::vector<entry> deadlines;
  std::uint64_t next_sequence = 1;
  loop_counters count;
  std::array<epoll_event, most_ready> ready{};

  std::array<std::array<std::byte, buffer_size>, most_messages> buffers;
  std::array<socket_address, most_messages> sources;
  std::array<iovec, most_messages> parts{};
  std::array<mmsghdr, most_messages> headers{};

  std::atomic<bool> stopping{false};
  std::mutex mutex; // guards `posted`
  std::vector<std::function<void()>> posted;
};

udp_loop::udp_loop() : impl_{std::make_unique<impl>()} {
  impl_->epoll = epoll_create1(EPOLL_CLOEXEC);
  impl_->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event interest{};
  interest.events = EPOLLIN;
  interest.data.u64 = wake_tag;
  if (impl_->epoll < 0 || impl_->wake < 0
      || epoll_ctl(impl_->epoll, EPOLL_CTL_ADD, impl_->wake, &interest) != 0) {
    auto why = last_error();
    ::close(impl_->epoll);
    ::close(impl_->wake);
    throw std::system_error{why, "udp_loop"};
  }
}

udp_loop::~udp_loop() {
  ::close(impl_->epoll);
  ::close(impl_->wake);
}

result<udp_loop::port_id> udp_loop::bind(const endpoint& local, udp_port& handler) {
  auto socket = udp_socket::bind(local, {kernel_buffer, kernel_buffer, false});
  if (!socket)
    return socket.error();
  auto index = static_cast<std::uint32_t>(impl_->slots.size());
  if (impl_->unused.empty()) {
    impl_->slots.emplace_back();
  } else {
    index = impl_->unused.back();
    impl_->unused.pop_back();
  }
  epoll_event interest{};
  interest.events = EPOLLIN;
  interest.data.u64 = index;
  if (epoll_ctl(impl_->epoll, EPOLL_CTL_ADD, (*socket)->native_handle(), &interest) != 0) {
    impl_->unused.push_back(index);
    return last_error();
  }
  impl_->slots[index] = {std::move(*socket), &handler, std::nullopt, 0, {}};
  return port_id{index};
}

void udp_loop::remove(port_id which) {
  auto& held = impl_->slots[which.index];
  if (!held.socket)
    return;
  held = {}; // closing the socket takes it out of the epoll set
  impl_->unused.push_back(which.index);
}

const endpoint& udp_loop::local(port_id which) const {
  return impl_->slots[which.index].socket->local();
}

send_report udp_loop::send(port_id from, std::span<const datagram> batch) noexcept {
  return impl_->slots[from.index].socket->send(batch);
}

void udp_loop::arm(port_id which, std::optional<time_point> deadline) {
  auto& held = impl_->slots[which.index];
  held.deadline = deadline;
  if (deadline && (held.queued == 0 || *deadline < held.queued_for))
    impl_->queue(which.index);
}

void udp_loop::impl::queue(std::uint32_t index) {
  auto& held = slots[index];
  held.queued = next_sequence++;
  held.queued_for = *held.deadline;
  deadlines.push_back({held.queued_for, held.queued, index});
  std::push_heap(deadlines.begin(), deadlines.end());
}

void udp_loop::impl::fire(time_point now) {
  while (!deadlines.empty() && deadlines.front().when <= now) {
    std::pop_heap(deadlines.begin(), deadlines.end());
    auto due = deadlines.back();
    deadlines.pop_back();
    auto& held = slots[due.index];
    if (held.queued != due.sequence)
      continue; // an earlier one took its place
    held.queued = 0;
    if (!held.deadline)
      continue;
    if (*held.deadline > now) {
      queue(due.index);
      continue;
    }
    held.deadline.reset();
    held.handler->on_deadline(now);
  }
}

void udp_loop::impl::read(std::uint32_t index) {
  for (std::size_t i = 0; i < most_messages; ++i) {
    sources[i].size = sizeof(sources[i].v6);
    parts[i] = {buffers[i].data(), buffers[i].size()};
    headers[i].msg_hdr = {};
    headers[i].msg_hdr.msg_name = &sources[i].any;
    headers[i].msg_hdr.msg_namelen = sources[i].size;
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  auto socket = slots[index].socket; // its handler may close it
  if (!socket)
    return;
  auto received = recvmmsg(socket->native_handle(), headers.data(), most_messages, MSG_DONTWAIT, nullptr);
  if (received < 0) {
    count.errors += errno != EAGAIN && errno != EINTR;
    return;
  }
  auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < static_cast<std::size_t>(received); ++i) {
    if (headers[i].msg_hdr.msg_flags & MSG_TRUNC) {
      ++count.truncated;
      continue;
    }
    ++count.packets;
    if (slots[index].socket == socket)
      slots[index].handler->on_datagram(
          now, sources[i].to_endpoint(), byte_view{buffers[i]}.first(headers[i].msg_len));
  }
}

void udp_loop::impl::run_posted() {
  std::uint64_t value = 0;
  while (::read(wake, &value, sizeof(value)) > 0) {
  }
  std::vector<std::function<void()>> now;
  {
    std::lock_guard guard{mutex};
    now.swap(posted);
  }
  for (auto& each : now)
    each();
}

int udp_loop::impl::wait(duration patience) {
  auto now = std::chrono::steady_clock::now();
  if (!deadlines.empty())
    patience = std::clamp(deadlines.front().when - now, duration::zero(), patience);
  // Rounded up: to wake early would be to spin until the time has come.
  auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  return epoll_wait(
      epoll, ready.data(), most_ready, static_cast<int>(std::min<std::int64_t>(milliseconds, 1 << 30)));
}

void udp_loop::run_once(duration patience) {
  auto count = impl_->wait(patience);
  ++impl_->count.wake_ups;
  for (int i = 0; i < count; ++i) {
    auto tag = impl_->ready[static_cast<std::size_t>(i)].data.u64;
    if (tag == wake_tag)
      impl_->run_posted();
    else
      impl_->read(static_cast<std::uint32_t>(tag));
  }
  impl_->fire(std::chrono::steady_clock::now());
}

void udp_loop::run() {
  while (!impl_->stopping.load(std::memory_order_acquire))
    run_once(std::chrono::hours{1});
}

void udp_loop::stop() noexcept {
  impl_->stopping.store(true, std::memory_order_release);
  std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(impl_->wake, &one, sizeof(one));
}

void udp_loop::post(std::function<void()> what) {
  {
    std::lock_guard guard{impl_->mutex};
    impl_->posted.push_back(std::move(what));
  }
  std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(impl_->wake, &one, sizeof(one));
}

const loop_counters& udp_loop::counters() const noexcept {
  return impl_->count;
}

} // namespace warren::net
