#pragma once

#include "messages/act.hpp"

#include <array>

namespace warren {

/// While it lives, what `self` sends wakes nobody; at its end everybody it sent to is woken, once. Whoever gets several
/// messages in a row then deals with all of them, and does not take the core for the first of them. For loops over messages,
/// not around work: receivers wait meanwhile. Anonymous mail goes without `self` and wakes at once all the same.
///
/// While more mail waits for `self`, whoever is woken goes to the queue of all workers: another may be free for it. Else this
/// worker is soon done, and goes on with it (hand_off.hpp).
class wake_ups final : public caf::execution_unit {
public:
  explicit wake_ups(caf::scheduled_actor& self)
      : caf::execution_unit{&self.home_system()}, self_{self}, before_{self.context()} {
    if (before_ != nullptr)
      proxy_registry_ptr(before_->proxy_registry_ptr());
    self_.context(this);
  }

  ~wake_ups() override {
    self_.context(before_);
    soon_done_ = self_.mailbox().empty();
    for (std::size_t i = 0; i < count_; ++i)
      wake(held_[i]);
  }

  wake_ups(const wake_ups&) = delete;
  wake_ups& operator=(const wake_ups&) = delete;

  void exec_later(caf::resumable* woken) override {
    if (count_ < held_.size())
      held_[count_++] = woken;
    else
      wake(woken);
  }

private:
  void wake(caf::resumable* woken) {
    if (before_ != nullptr && soon_done_)
      before_->exec_later(woken);
    else
      system().scheduler().enqueue(woken);
  }

  caf::scheduled_actor& self_;
  caf::execution_unit* before_;
  std::array<caf::resumable*, 16> held_{};
  std::size_t count_ = 0;
  bool soon_done_ = false;
};

} // namespace warren
