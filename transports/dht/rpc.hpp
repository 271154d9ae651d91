#pragma once

#include "messages/krpc.hpp"
#include "messages/random_source.hpp"
#include "messages/transmit.hpp"
#include "transports/dht/config.hpp"
#include "transports/dht/event.hpp"
#include "transports/dht/fifo.hpp"
#include "transports/dht/rtt_table.hpp"

#include <optional>
#include <vector>

namespace warren::dht {

/// What a query is asked for: `announce` also stands for storing items, `rendezvous` asks to forward something,
/// `forward` is what is forwarded for others.
enum class purpose : std::uint8_t { ping, lookup, announce, rendezvous, forward };

/// The asking side of KRPC: transactions, their timeouts and repetitions. Transaction ids are random, so that who
/// cannot see our queries cannot answer them. A lost query is repeated under the same id after the node's own
/// retransmission timeout and given up after the last one.
class rpc {
public:
  /// What a query was asked for, told when something has come of it.
  struct outcome {
    endpoint node;
    purpose why = purpose::ping;
    lookup_id lookup;
    /// Of poll_overdue: nobody will answer any more. Otherwise the query has been repeated.
    bool given_up = false;
  };

  struct totals {
    std::uint64_t sent = 0;
    std::uint64_t repeated = 0;
    std::uint64_t timed_out = 0;
  };

  /// `random` must outlive this.
  rpc(const rpc_limits& limits, bool read_only, random_source& random)
      : limits_{limits}, read_only_{read_only}, random_{random}, rtts_{limits.remembered_nodes, random} {}

  /// True when as many queries are under way as the limits allow; ask() then does nothing.
  bool full() const noexcept { return pending_.size() >= limits_.in_flight; }

  std::size_t in_flight() const noexcept { return pending_.size(); }

  /// Sends `query` to `node`; returns false when full().
  bool ask(
      time_point now, const endpoint& node, const krpc::query& query, purpose why, lookup_id lookup = {});

  /// Ends the transaction that a message from `from` answers; nothing when there is no such one.
  std::optional<outcome> match(time_point now, const endpoint& from, byte_view transaction);

  /// Repeats or gives up a query that nobody has answered in time and returns it, until empty.
  std::optional<outcome> poll_overdue(time_point now);

  std::optional<transmit> poll_transmit();

  std::optional<time_point> poll_timeout() const;

  /// True while a query to `node` is under way.
  bool asking(const endpoint& node) const noexcept;

  const totals& counters() const noexcept { return totals_; }

  /// Returns how long a first answer of `node` is waited for.
  duration timeout_for(const endpoint& node) const;

private:
  struct transaction {
    std::array<std::byte, 4> id;
    outcome about;
    bytes datagram;
    time_point first_sent;
    time_point deadline;
    duration timeout{};
    unsigned attempts_left = 0;
  };

  rpc_limits limits_;
  bool read_only_;
  random_source& random_;
  rtt_table rtts_;
  std::vector<transaction> pending_;
  fifo<transmit> outbox_;
  totals totals_;
};

} // namespace warren::dht
