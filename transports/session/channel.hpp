#pragma once

#include "messages/buffer_pool.hpp"
#include "messages/bytes.hpp"
#include "messages/result.hpp"
#include "messages/topic.hpp"
#include "transports/session/compression_policy.hpp"
#include "transports/session/receive_window.hpp"
#include "transports/session/send_queue.hpp"
#include "transports/session/types.hpp"

#include <array>

namespace warren::session {

/// One topic's messages in both directions, from the open frame to the second close frame.
struct channel {
  channel(channel_id own_id, const warren::topic& about, std::uint32_t window)
      : id{own_id}, subject{about}, incoming{window} {}

  channel_id id;
  channel_id remote_id = 0; ///< What the peer calls it; known once open.
  warren::topic subject;
  bool open = false;
  bool announced = false; ///< channel_opened was told, so channel_closed is owed.

  send_queue outgoing;
  compression_policy packing;
  bool ready = false;   ///< In the table's ready list.
  std::size_t turn = 0; ///< Octets of records that its turn has taken, when it is first there.
  bool blocked = false; ///< A write was refused: event `writable` is owed.
  bool finish_requested = false;
  bool finish_sent = false;
  bool close_requested = false;
  bool close_sent = false;

  receive_window incoming;
  bool window_listed = false; ///< In the table's list of channels with credit to give.
  bool remote_finished = false;
  bytes assembling;             ///< Fragments of the incomplete message.
  std::size_t last_message = 0; ///< Octets of the one before, for the room to reserve.

  /// A compressed stretch of that message which is coming in.
  struct packed_stretch {
    std::size_t size = 0; ///< Of the message.
    std::size_t left = 0; ///< Of the packed octets, those that are still to come; 0: none is coming in.
    bytes packed;         ///< Those that came, unless they come all at once.
  } unpacking;

  /// True when something can be sent now.
  bool has_work() const noexcept;

  /// Takes a fragment in. True when it completes a message, which is then in `assembling`, in memory from `buffers` unless that
  /// is null. Fails with message_too_large, flow_control_violation, malformed_frame or unexpected_frame.
  result<bool> on_data(byte_view content, bool end, buffer_pool* buffers);

  /// Prepares for a compressed stretch. Fails as on_data() does, or with oversized_frame; on_data() fails with
  /// bad_compression if it then turns out not to be one.
  std::error_code on_packed(std::size_t size, std::size_t packed);

  /// Returns the octets of the incomplete message that are here or, of a compressed stretch, announced.
  std::size_t incomplete() const noexcept {
    return assembling.size() + (unpacking.left > 0 ? unpacking.size : 0);
  }

  /// Drops what came of an incomplete message.
  void forget_incoming();

private:
  result<bool> on_packed_data(byte_view content, bool end, buffer_pool* buffers);
  result<bool> complete(bool end);
  void make_room(std::size_t octets, bool end, buffer_pool* buffers);
};

/// The proof that one side of a session knows a topic: BLAKE2b keyed with the handshake hash over the domain, the prover's
/// role, the topic and the database secret (DESIGN section 2). Good in this session and for this side only.
std::array<std::byte, 32> topic_proof(
    const std::array<std::byte, 32>& handshake_hash, role prover, const topic& subject, byte_view secret);

} // namespace warren::session
