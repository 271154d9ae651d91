#pragma once

#include "messages/result.hpp"

#include <functional>
#include <memory>

namespace warren::net {

/// One thread that listens to the kernel's rtnetlink notifications and tells when paths of this host may have changed
/// (route_news). Whoever cannot have one goes on without: what it tells is found out otherwise, only later.
class network_watch {
public:
  /// Starts the thread, which calls `on_change`. Fails with the system's reason where there is no rtnetlink.
  static result<std::unique_ptr<network_watch>> start(std::function<void()> on_change);

  /// Stops and joins; no call begins afterwards. May run in `on_change`, which is then the last call.
  ~network_watch();

  network_watch(const network_watch&) = delete;
  network_watch& operator=(const network_watch&) = delete;

private:
  struct impl;
  explicit network_watch(std::shared_ptr<impl> state) noexcept;

  std::shared_ptr<impl> impl_; // the thread holds it too
};

} // namespace warren::net
