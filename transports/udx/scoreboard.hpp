#pragma once

#include "messages/time.hpp"
#include "messages/udx_packet.hpp"

#include <vector>

namespace warren::udx {

/// A packet that has taken a sequence number and is not yet cumulatively acknowledged.
struct segment {
  /// In which list of the scoreboard the segment is. A sacked segment is in none: it is never sent again.
  enum class place : std::uint8_t { in_flight, lost, sacked };

  std::uint64_t offset = 0; // of its first octet in the stream
  time_point sent;          // last transmission
  std::uint16_t length = 0; // stream octets
  std::uint8_t padding = 0; // zero octets before them in an MTU probe; dropped when it is repeated
  std::uint8_t timeouts = 0;
  bool end = false; // carries END
  bool retransmitted = false;
  place where = place::in_flight;
  // Neighbours in the list that the segment is in; meaningless at its ends.
  sequence_number previous;
  sequence_number next;
  // Behind a sacked segment: where the search for the next one that is not sacked goes on.
  sequence_number skip;
};

/// The sender's view of every packet between snd.una and snd.nxt. Segments in flight are linked in the order
/// of their last transmission (RFC 8985 section 6.2 step 5 wants them so), lost ones in the order of their
/// loss.
class scoreboard {
public:
  explicit scoreboard(sequence_number first = {}) noexcept : una_{first}, nxt_{first} {}

  sequence_number una() const noexcept { return una_; }
  sequence_number nxt() const noexcept { return nxt_; }

  /// Returns the packets not yet cumulatively acknowledged; those of them in the network; lost and not yet
  /// repeated; sacked.
  std::size_t outstanding() const noexcept { return static_cast<std::size_t>(nxt_ - una_); }
  std::size_t in_flight() const noexcept { return flight_.count; }
  std::size_t lost() const noexcept { return lost_.count; }
  std::size_t sacked() const noexcept { return outstanding() - in_flight() - lost(); }

  segment& operator[](sequence_number seq) noexcept { return ring_[seq.value & mask_]; }
  const segment& operator[](sequence_number seq) const noexcept { return ring_[seq.value & mask_]; }

  /// Appends a segment that is being sent now, as nxt().
  void push(const segment& sent);

  /// Drops una(), which has been acknowledged.
  void pop() noexcept;

  /// Marks a segment as sacked. It must not be already.
  void mark_sacked(sequence_number seq) noexcept;

  /// Marks a segment in flight as lost.
  void mark_lost(sequence_number seq) noexcept;

  /// Notes that a segment that is lost or in flight is being sent again now.
  void mark_resent(sequence_number seq, time_point now) noexcept;

  /// Returns the first sequence number from `seq` on that is not sacked; nxt() when there is none.
  sequence_number next_unsacked(sequence_number seq) noexcept;

  /// The segment in flight that was sent longest ago; in_flight() must not be 0.
  sequence_number oldest_in_flight() const noexcept { return flight_.head; }
  /// The one sent last; in_flight() must not be 0.
  sequence_number latest_in_flight() const noexcept { return flight_.tail; }
  sequence_number first_lost() const noexcept { return lost_.head; }

  /// Drops everything and gives the memory back.
  void release() noexcept;

private:
  struct list {
    sequence_number head;
    sequence_number tail;
    std::size_t count = 0;
  };

  void link(list& into, sequence_number seq) noexcept;
  void unlink(list& from, sequence_number seq) noexcept;
  void take_out(sequence_number seq) noexcept;
  void grow();

  std::vector<segment> ring_; // by sequence number; its size is a power of two
  std::uint32_t mask_ = 0;
  sequence_number una_;
  sequence_number nxt_;
  list flight_;
  list lost_;
};

} // namespace warren::udx
