#include "tools/warren/pipe_threads.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace warren::program {

namespace {

constexpr std::size_t part_size = 256 * 1024;

/// Returns true when read() would not wait.
bool has_input(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  return poll(&waiting, 1, 0) > 0;
}

/// Returns true when what failed is to be done again, after a wait where somebody has made the descriptor non-blocking.
bool is_to_be_repeated(int fd, short events) {
  if (errno != EAGAIN && errno != EWOULDBLOCK)
    return errno == EINTR;
  pollfd waiting{fd, events, 0};
  return poll(&waiting, 1, -1) >= 0 || errno == EINTR;
}

/// Returns one part of up to part_size octets, empty at the end of the file.
input_read read_part(int fd) {
  bytes part(part_size);
  std::size_t filled = 0;
  while (filled < part.size()) {
    auto n = read(fd, part.data() + filled, part.size() - filled);
    if (n < 0 && is_to_be_repeated(fd, POLLIN))
      continue;
    if (n < 0)
      return {{}, std::strerror(errno)};
    filled += static_cast<std::size_t>(n);
    // What a person types, or a program writes, goes out at once; a file comes in full parts.
    if (n == 0 || filled >= part.size() / 2 || !has_input(fd))
      break;
  }
  part.resize(filled);
  return {chunk{std::move(part)}, {}};
}

std::string write_all(int fd, byte_view data) {
  while (!data.empty()) {
    auto n = write(fd, data.data(), data.size());
    if (n < 0 && is_to_be_repeated(fd, POLLOUT))
      continue;
    if (n < 0)
      return std::strerror(errno);
    data = data.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

} // namespace

struct input_reader::shared {
  std::counting_semaphore<> permits{0};
  std::atomic<bool> over{false};
};

input_reader::input_reader(int fd, caf::actor to) : shared_{std::make_shared<shared>()} {
  std::thread{[fd, to = caf::actor_cast<caf::actor_addr>(to), state = shared_] {
    for (;;) {
      state->permits.acquire();
      if (state->over)
        return;
      auto part = read_part(fd);
      bool last = part.data.size() == 0;
      // The process may be ending while this thread was blocked: do not keep the actor alive for it.
      if (state->over)
        return;
      if (auto alive = caf::actor_cast<caf::actor>(to))
        act::anon_mail(std::move(part)).send(alive);
      if (last)
        return;
    }
  }}.detach();
}

input_reader::~input_reader() {
  shared_->over = true;
  shared_->permits.release();
}

void input_reader::permit(std::ptrdiff_t parts) {
  shared_->permits.release(parts);
}

struct output_writer::shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<chunk> queue;
  bool over = false;
};

output_writer::output_writer(int fd, caf::actor to) : shared_{std::make_shared<shared>()} {
  std::thread{[fd, to = caf::actor_cast<caf::actor_addr>(to), state = shared_] {
    for (;;) {
      std::unique_lock guard{state->mutex};
      state->changed.wait(guard, [&] { return state->over || !state->queue.empty(); });
      if (state->over)
        return;
      auto data = std::move(state->queue.front());
      state->queue.pop_front();
      guard.unlock();
      auto problem = write_all(fd, data.view());
      bool failed = !problem.empty();
      if (auto alive = caf::actor_cast<caf::actor>(to))
        act::anon_mail(output_written{data.size(), std::move(problem)}).send(alive);
      if (failed)
        return;
    }
  }}.detach();
}

output_writer::~output_writer() {
  std::lock_guard guard{shared_->mutex};
  shared_->over = true;
  shared_->changed.notify_all();
}

void output_writer::write(chunk data) {
  std::lock_guard guard{shared_->mutex};
  shared_->queue.push_back(std::move(data));
  shared_->changed.notify_all();
}

} // namespace warren::program
