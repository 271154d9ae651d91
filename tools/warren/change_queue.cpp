#include "tools/warren/change_queue.hpp"

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace warren::program {

change_queue::change_queue() : event_{eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE)} {
  if (event_ < 0)
    throw std::runtime_error{"the system refused an eventfd; raise the limit on open files"};
}

change_queue::~change_queue() {
  close(event_);
}

void change_queue::push(bytes message) {
  add({std::move(message), std::nullopt});
}

void change_queue::end(std::string why) {
  add({{}, std::move(why)});
}

void change_queue::add(entry next) {
  {
    std::lock_guard guard{mutex_};
    entries_.push_back(std::move(next));
  }
  std::uint64_t one = 1;
  [[maybe_unused]] auto ignored = write(event_, &one, sizeof(one));
}

change_queue::entry change_queue::take() {
  std::uint64_t one = 0;
  while (read(event_, &one, sizeof(one)) < 0 && errno == EINTR) {
  }
  std::lock_guard guard{mutex_};
  auto next = std::move(entries_.front());
  entries_.pop_front();
  return next;
}

} // namespace warren::program
