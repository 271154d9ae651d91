#pragma once

#include "messages/time.hpp"
#include "messages/udx_packet.hpp"

#include <vector>

namespace warren::udx {

/// What the network did while one packet travelled, the latest sent of those that an ACK has acknowledged. In
/// packets.
struct rate_sample {
  double delivery_rate = 0;          // RS.delivery_rate, per second; 0 when it cannot be told
  std::uint64_t delivered = 0;       // RS.delivered: arrived meanwhile
  std::uint64_t prior_delivered = 0; // RS.prior_delivered: had arrived when it was sent
  std::uint64_t tx_in_flight = 0;    // RS.tx_in_flight: under way when it was sent, itself included
  std::uint64_t lost = 0;            // RS.lost: taken for lost since it was sent
  bool app_limited =
      false; // RS.is_app_limited: there was too little to send for the rate to tell of the path
};

/// Measures the rate at which packets arrive (draft-ietf-ccwg-bbr-05 section 4.1), of which BBR makes its model of the
/// path. Remembers for each packet what had arrived when it was sent, beside the scoreboard, since only BBR needs it.
class delivery_rate {
public:
  /// To be called before a packet of the sequence number `seq` is sent or sent again; everything before `una` has been
  /// acknowledged and `in_flight` packets are under way without it.
  void on_sent(time_point now, sequence_number una, sequence_number seq, std::size_t in_flight);

  /// To be called for each newly acknowledged or sacked packet, which was last sent at `sent`.
  void on_delivered(time_point now, sequence_number seq, time_point sent) noexcept;

  /// To be called for each packet taken for lost. Returns what its flight tells; `delivery_rate` is not among it.
  rate_sample on_lost(sequence_number seq) noexcept;

  /// Returns the sample of all calls of on_delivered() since the last one.
  rate_sample take(duration min_rtt) noexcept;

  /// What is sent until everything now in flight has arrived is limited by the application, not by the path.
  void on_app_limited(std::size_t in_flight) noexcept;

  bool app_limited() const noexcept { return app_limited_until_ > 0; }

  /// C.delivered: all that has ever arrived.
  std::uint64_t delivered() const noexcept { return delivered_; }

  /// Gives the memory back.
  void release() noexcept { flights_ = {}; }

private:
  // What is known of a packet under way.
  struct flight {
    time_point first_sent;     // P.first_send_time
    time_point delivered_time; // P.delivered_time
    std::uint64_t delivered = 0;
    std::uint32_t lost = 0; // modulo 2^32
    std::uint32_t tx_in_flight : 31 = 0;
    std::uint32_t app_limited : 1 = 0;
  };

  flight& operator[](sequence_number seq) noexcept { return flights_[seq.value & (flights_.size() - 1)]; }
  void make_room(sequence_number una, sequence_number seq);

  std::vector<flight> flights_;         // by sequence number; its size is a power of two
  std::uint64_t delivered_ = 0;         // C.delivered
  std::uint32_t lost_ = 0;              // C.lost
  time_point delivered_time_;           // C.delivered_time
  time_point first_sent_;               // C.first_send_time
  std::uint64_t app_limited_until_ = 0; // C.app_limited: the value of delivered_ at which it ends; 0 for not

  // The packet to sample, of those delivered since the last take().
  bool any_ = false;
  flight newest_;
  time_point newest_sent_;
  sequence_number newest_seq_;
};

} // namespace warren::udx
