#pragma once

#include "messages/blinded_topic.hpp"
#include "messages/peer_id.hpp"

#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace warren::relay {

/// Who is where, as one relay tells a client: the joined topics and their members. Members of a stay are told once, also
/// when the relay repeats itself.
class roster {
public:
  struct change {
    topic where;
    peer_id peer;
    bool joined = false;
  };
  using changes = std::vector<change>;

  roster(std::size_t topics, std::size_t peers) : topic_limit_{topics}, peer_limit_{peers} {}

  /// A topic that is joined here waits until next_to_ask() hands it out.
  enum class join_outcome { joined, already, full };
  join_outcome join(const topic& where);

  /// Returns a topic to join at the relay now, the one that waited longest; nothing when `limit` are joined there.
  std::optional<blinded_topic> next_to_ask(std::size_t limit);

  /// True when next_to_ask() handed the topic out since the last lost().
  bool asked(const topic& where) const;

  /// Returns how many topics wait.
  std::size_t waiting() const noexcept { return waiting_.size(); }

  /// Returns the departures of all members of `where`; nothing when it was not joined.
  changes leave(const topic& where);

  /// Handles a page of a member list. Returns nothing when the topic is not joined.
  std::optional<changes> members(const blinded_topic& where, std::span<const peer_id> peers);
  std::optional<changes> presence(const blinded_topic& where, const peer_id& peer, bool joined);

  /// The relay lost `peer`.
  changes gone(const peer_id& peer);

  /// We lost the relay: all members left, the topics stay and wait to be joined anew, in the order they were joined.
  changes lost();

  bool joined(const topic& where) const { return topics_.contains(blind(where)); }

  /// True when `peer` is a member of any joined topic.
  bool contains(const peer_id& peer) const { return stays_.contains(peer); }

  /// Members refused because the limit was reached, since the start.
  std::uint64_t over_limit() const noexcept { return over_limit_; }

private:
  struct entry {
    topic where;
    std::uint64_t turn = 0; ///< counts joins: who was first
    std::unordered_set<peer_id> members{};
  };

  void add(entry& there, const peer_id& peer, changes& out);
  void remove(entry& there, const peer_id& peer, changes& out);

  std::size_t topic_limit_;
  std::size_t peer_limit_; ///< of memberships over all topics
  std::size_t memberships_ = 0;
  std::uint64_t over_limit_ = 0;
  std::uint64_t last_turn_ = 0;
  std::unordered_map<blinded_topic, entry> topics_;
  std::map<std::uint64_t, blinded_topic> waiting_; ///< by turn; the others are joined at the relay
  std::unordered_map<peer_id, std::size_t> stays_; ///< topics shared with each peer
};

} // namespace warren::relay
