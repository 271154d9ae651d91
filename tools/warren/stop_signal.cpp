#include "tools/warren/stop_signal.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace warren::program {

/// Signals so soon after the first are not a second one.
constexpr auto same_wish = std::chrono::milliseconds{300};

/// Lives as long as the process: the guard's thread may outlast the object.
struct stop_signal::state {
  int signals = -1;
  int requests = -1;
  std::mutex mutex;
  std::optional<std::string> why;
  std::atomic<bool> signalled{false}; // a signal was taken that ends the wait
};

stop_signal::stop_signal() : state_{new state} {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  state_->signals = signalfd(-1, &set, SFD_CLOEXEC);
  state_->requests = eventfd(0, EFD_CLOEXEC);
  if (state_->signals < 0 || state_->requests < 0)
    throw std::runtime_error{"the system refused a signalfd or eventfd; raise the limit on open files"};
}

stop_signal::~stop_signal() = default;

bool stop_signal::wait_for(std::chrono::milliseconds longest) {
  return poll_all({}, longest);
}

bool stop_signal::wait_with(std::span<pollfd> others) {
  return poll_all(others, std::chrono::milliseconds{-1});
}

bool stop_signal::poll_all(std::span<pollfd> others, std::chrono::milliseconds longest) {
  std::vector<pollfd> fds{{state_->signals, POLLIN, 0}, {state_->requests, POLLIN, 0}};
  fds.insert(fds.end(), others.begin(), others.end());
  while (poll(fds.data(), fds.size(), static_cast<int>(longest.count())) < 0 && errno == EINTR) {
  }
  std::copy(fds.begin() + 2, fds.end(), others.begin());
  if ((fds[0].revents & POLLIN) != 0) {
    signalfd_siginfo taken;
    [[maybe_unused]] auto ignored = read(state_->signals, &taken, sizeof(taken));
    state_->signalled = true;
  }
  return ((fds[0].revents | fds[1].revents) & POLLIN) != 0;
}

std::optional<std::string> stop_signal::wait() {
  wait_for(std::chrono::milliseconds{-1});
  std::lock_guard guard{state_->mutex};
  return state_->why;
}

void stop_signal::request(std::string why) {
  {
    std::lock_guard guard{state_->mutex};
    if (state_->why)
      return;
    state_->why = std::move(why);
  }
  std::uint64_t one = 1;
  [[maybe_unused]] auto ignored = write(state_->requests, &one, sizeof(one));
}

void stop_signal::guard_shutdown(std::chrono::milliseconds longest) {
  std::thread{[fd = state_->signals, longest, second = state_->signalled.load()] {
    pollfd again{fd, POLLIN, 0};
    if (second) {
      // timeout(1) signals its child and then the whole group: one wish to stop, twice.
      std::this_thread::sleep_for(same_wish);
      signalfd_siginfo taken;
      while (poll(&again, 1, 0) > 0)
        [[maybe_unused]] auto ignored = read(fd, &taken, sizeof(taken));
    }
    bool by_signal = poll(&again, 1, static_cast<int>(longest.count())) > 0;
    auto how =
        second ? "stopped at once by a second signal" : "stopped at once by a signal, before all was done";
    std::fprintf(stderr, "warren: %s\n", by_signal ? how : "stopping took too long");
    std::_Exit(1);
  }}.detach();
}

} // namespace warren::program
