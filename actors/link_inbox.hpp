#pragma once

#include "messages/act.hpp"
#include "transports/net/websocket_link.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace warren {

/// What one WebSocket's io thread has for its actor. The first thing put into an empty inbox wakes the actor with
/// link_ready; what comes until the actor looks joins the same batch. Bounded by the reads that the actor granted.
class link_inbox : public std::enable_shared_from_this<link_inbox> {
public:
  /// How a link ended.
  struct ending {
    std::error_code why; // none: in good order
    std::string reason;
  };

  struct content {
    bool opened = false;
    bool drained = false;
    std::vector<bytes> messages; // a text message, which no relay sends, comes as an empty one
    std::optional<ending> closed;
  };

  explicit link_inbox(std::uint64_t link) : link_{link} {}

  /// From now on `owner` gets link_ready{link}, at once when something waits already.
  void bind(caf::actor owner);

  /// Returns the handlers for the WebSocket. They keep the inbox alive, and let go of the owner when the link has closed.
  net::websocket_handlers handlers();

  /// Empties the inbox; called by the owner on link_ready.
  content take();

private:
  template <class Change>
  void put(Change change);
  void wake(const caf::actor& owner) const;

  std::mutex mutex_;
  content waiting_;
  bool woken_ = false;
  caf::actor owner_; // none before bind() and after the end
  std::uint64_t link_;
};

} // namespace warren
