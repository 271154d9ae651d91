#pragma once

#include "messages/control_packet.hpp"
#include "messages/endpoint.hpp"
#include "messages/time.hpp"

#include <deque>
#include <optional>
#include <unordered_map>

namespace warren::dial {

/// What the responder remembers of openings it has accepted: the streams that live, and for a while those that are
/// gone, so that a repeated `open` is answered alike and a late one opens nothing.
class inbound_table {
public:
  /// Identifies an opening: who, and what it calls its stream.
  struct key {
    warren::endpoint remote;
    std::uint32_t initiator_id = 0;
    control::nonce token{};
    friend bool operator==(const key&, const key&) = default;
  };

  struct entry {
    std::uint32_t local_id = 0;
    bool released = false;
  };

  /// Returns the opening, if it is remembered.
  std::optional<entry> find(const key& which) const;

  void insert(const key& which, std::uint32_t local_id);

  /// Marks the peer of the stream as proved. Returns false for an id that is not live here, or is proved already.
  bool prove(std::uint32_t local_id);

  /// Marks the stream as gone; its opening is remembered until `forget_at`, or until max_released later ones crowd it
  /// out. Returns false for an id that is not live here.
  bool release(std::uint32_t local_id, time_point forget_at);

  /// Forgets the released openings whose time is over.
  void expire(time_point now);

  /// Returns when expire() has something to do next.
  std::optional<time_point> next_expiry() const;

  /// Returns the number of streams that live, in all and with a proved peer.
  std::size_t live() const noexcept { return live_.size(); }
  std::size_t proved() const noexcept { return proved_; }

  /// True while the stream lives and its peer has proved nothing.
  bool is_unproved(std::uint32_t local_id) const;

  /// True while the id is live or remembered.
  bool holds(std::uint32_t local_id) const;

  static constexpr std::size_t max_released = 4096;

private:
  struct key_hash {
    std::size_t operator()(const key& which) const noexcept;
  };
  struct live_stream {
    key which;
    bool proved = false;
  };
  struct released_opening {
    time_point forget_at;
    std::uint32_t local_id = 0;
  };

  void forget_oldest();

  std::unordered_map<key, entry, key_hash> entries_;
  std::unordered_map<std::uint32_t, live_stream> live_; // by local id
  std::unordered_map<std::uint32_t, key> released_;     // by local id
  std::deque<released_opening> order_;                  // released openings, oldest first
  std::size_t proved_ = 0;
};

} // namespace warren::dial
