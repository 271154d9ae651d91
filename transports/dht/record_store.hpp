#pragma once

#include "messages/random_source.hpp"
#include "messages/time.hpp"
#include "transports/dht/config.hpp"
#include "transports/dht/peer_record.hpp"

#include <map>
#include <optional>
#include <vector>

namespace warren::dht {

/// The signed records of Warren peers that announced themselves to this node, and by which endpoint each can be reached.
/// Bounded as record_limits says.
class record_store {
public:
  struct entry {
    peer_id peer;
    /// What it announced, and whom the announcement came from: there it can be reached.
    endpoint where;
    endpoint via;
    std::uint64_t time = 0;
    bytes raw;
    time_point expires{};
  };

  explicit record_store(const record_limits& limits) : limits_{limits} {}

  /// Stores a record that has been read from `raw`, or prolongs it. False when there is no room, or when the peer's stored
  /// record is as new and came from somebody else: only the peer itself can make a newer one.
  bool put(
      time_point now, const info_hash& topic, const peer_record& what, byte_view raw, const endpoint& where,
      const endpoint& via);

  /// Returns up to `most` live records of `topic`: all, or a random choice. Valid until the next call of put or expire.
  std::vector<const entry*> get(time_point now, const info_hash& topic, std::size_t most, random_source& random) const;

  /// Returns the live record of `peer`, valid until the next call of put or expire.
  const entry* find(time_point now, const info_hash& topic, const peer_id& peer) const;

  /// Drops what has expired. Until then it is skipped.
  void expire(time_point now);

  std::size_t size() const noexcept { return total_; }

private:
  std::size_t held_by(const ip_address& address) const;

  record_limits limits_;
  std::map<info_hash, std::vector<entry>> topics_;
  std::size_t total_ = 0;
};

} // namespace warren::dht
