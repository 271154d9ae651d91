#pragma once

#include "messages/krpc.hpp"
#include "tests/sim/dht/swarm.hpp"

#include <array>
#include <string_view>

namespace warren::sim {

/// What a lying node does when it is asked for nodes or peers. All answer pings, so that they stay in routing tables.
enum class lie : std::uint8_t {
  /// Names nodes close to the target that do not exist.
  wrong_nodes,
  /// Names peers that do not exist, and no nodes.
  fake_peers,
  /// Says nothing.
  silence,
  /// Names other liars as nodes next to the target, and each claims to be just that: they close ranks around it.
  eclipse,
};

inline constexpr std::array all_lies{lie::wrong_nodes, lie::fake_peers, lie::silence, lie::eclipse};

std::string_view to_string(lie kind) noexcept;

/// The liars of a swarm: members that were honest until they turned.
class liars {
public:
  /// `swarm` must outlive this.
  explicit liars(dht_swarm& swarm);

  /// All are honest again.
  ~liars();

  /// Turns `share` of the living members, the lies of `kinds` in turn.
  void turn(double share, std::span<const lie> kinds);

private:
  class liar;

  dht_swarm& swarm_;
  std::vector<std::unique_ptr<liar>> liars_;
};

} // namespace warren::sim
