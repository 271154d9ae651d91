#pragma once

#include "transports/udx/congestion_controller.hpp"
#include "transports/udx/delivery_rate.hpp"
#include "transports/udx/mtu_search.hpp"
#include "transports/udx/pacer.hpp"
#include "transports/udx/peer_window.hpp"
#include "transports/udx/proportional_rate_reduction.hpp"
#include "transports/udx/rack.hpp"
#include "transports/udx/rtt_estimator.hpp"
#include "transports/udx/scoreboard.hpp"
#include "transports/udx/send_store.hpp"
#include "transports/udx/stats.hpp"
#include "transports/udx/tail_probe.hpp"
#include "transports/udx/timers.hpp"
#include "transports/udx/transmit_batch.hpp"

namespace warren::udx {

/// What every packet says besides its own content.
struct packet_stamp {
  std::uint32_t remote_id = 0;
  std::uint32_t rwnd = 0;
  sequence_number ack;
};

/// The sending half of a stream: cuts octets into packets, sends them as the windows and the pacer allow,
/// finds out what was lost and repeats it. It uses the stream's timers, except for `linger`.
///
/// Split over sender.cpp (the application's side and transmission), sender_acks.cpp (what the peer's packets
/// tell) and sender_timers.cpp (time).
class sender {
public:
  sender(const config& settings, counters& counts, timer_table& timers);

  // -- the application's side --

  std::size_t write(byte_view data, const std::shared_ptr<const void>& owner);
  /// What write() should be given, see stream::writable_octets().
  std::size_t room() const noexcept;
  void end() noexcept { end_queued_ = true; }

  /// Returns true once when a write() that was cut short can go on.
  bool take_writable() noexcept;

  /// True when everything written and our END have been acknowledged.
  bool ended() const noexcept { return end_sent_ && board_.outstanding() == 0; }
  bool all_acknowledged() const noexcept {
    return board_.outstanding() == 0 && unsent() == 0 && end_sent_ == end_queued_;
  }

  // -- packets from the peer --

  /// Returns true if `ack` can be an answer to what was sent: neither beyond snd.nxt nor older than any
  /// window (RFC 5961 section 5.2).
  bool acceptable(sequence_number ack) const noexcept;

  /// Takes the window, the cumulative ack and the SACK blocks of a packet whose ack is acceptable.
  void handle_acks(time_point now, const packet& in);

  // -- time --

  /// Runs the timers that have expired. Returns false when the stream has to be given up: a packet stayed
  /// unacknowledged through all its retransmissions.
  bool handle_timeout(time_point now);

  // -- transmission --

  /// Appends what may be sent now. Returns true if a packet went out whose ack the peer will look at (it
  /// ignores that of a HEARTBEAT).
  bool transmit(time_point now, transmit_batch& batch, const packet_stamp& stamp);

  /// snd.nxt, which packets without a sequence number of their own carry.
  sequence_number next() const noexcept { return board_.nxt(); }

  /// Octets of payload that a packet on this path may carry.
  std::size_t max_payload() const noexcept;

  // -- the path --

  /// Starts anew on another path and repeats there what is in flight.
  void change_path(time_point now, const endpoint& remote);

  /// Returns true once when everything that was in flight at change_path() has been acknowledged.
  bool take_path_proven() noexcept;

  /// Octets of the largest datagram that may be sent on this path.
  std::size_t largest_datagram() const noexcept { return mtu_.ceiling(); }

  void describe(stats& into) const noexcept;

  /// Gives the memory back; nothing is sent any more.
  void release() noexcept;

  /// Gives back what is kept for traffic as there was last.
  void release_spare() noexcept { store_.release_spare(); }

private:
  // udx.md section 9: OPEN, RECOVERY and LOSS.
  enum class phase : std::uint8_t { open, recovery, loss };

  // What one packet's ack and blocks have newly brought.
  struct delivery {
    std::size_t packets = 0;
    std::optional<time_point> sample_sent; // of the latest sent packet that was never repeated
    bool latest_round = false;
    bool repeated = false; // a repeated packet among them
    duration rtt{};        // measured by it; zero when it measures none
  };

  // sender.cpp
  std::size_t unsent() const noexcept { return static_cast<std::size_t>(store_.end() - next_offset_); }
  bool has_new_packet() const noexcept { return unsent() > 0 || (end_queued_ && !end_sent_); }
  bool may_send_new() const noexcept;
  bool window_allows() const noexcept;
  void send_what_windows_allow(time_point now, transmit_batch& batch, const packet_stamp& stamp);
  bool send_tail_probe(time_point now, transmit_batch& batch, const packet_stamp& stamp);
  bool send_new(time_point now, transmit_batch& batch, const packet_stamp& stamp, bool may_pad);
  bool send_heartbeat(transmit_batch& batch, const packet_stamp& stamp);
  bool resend(time_point now, transmit_batch& batch, const packet_stamp& stamp, sequence_number seq);
  void write_packet(
      transmit_batch& batch, const packet_stamp& stamp, sequence_number seq, const segment& what);
  std::size_t probe_padding(time_point now, std::size_t payload) noexcept;
  void set_pace() noexcept;
  void note_sent(time_point now, sequence_number seq);
  void note_what_limits() noexcept;

  // sender_acks.cpp
  void take_cumulative_ack(time_point now, sequence_number ack, delivery& news);
  void take_sack(time_point now, byte_view area, delivery& news);
  bool in_flight_block(const sack_block& block) const noexcept;
  void on_delivered(time_point now, sequence_number seq, const segment& arrived, delivery& news);
  void tell_controller(time_point now, const delivery& news, std::size_t in_flight_before);
  void after_delivery(time_point now, delivery& news, std::size_t in_flight_before);
  void detect_losses(time_point now);
  bool note_lost(sequence_number seq);
  void enter_recovery(time_point now);
  void leave_recovery() noexcept;
  void finish_tail_probe(time_point now);

  // sender_timers.cpp
  void restart_retransmission_timer(time_point now) noexcept;
  void schedule_tail_probe(time_point now) noexcept;
  void schedule_heartbeats(time_point now) noexcept;
  bool on_retransmission_timeout(time_point now);
  void on_tail_probe_timeout(time_point now, duration late);
  void on_zero_window_timeout(time_point now) noexcept;

  counters& counters_;
  timer_table& timers_;
  duration keep_alive_;
  congestion_algorithm algorithm_;
  std::uint32_t salt_;   // of the controller
  std::size_t overhead_; // octets of the IP, UDP and UDX headers

  send_store store_;              // from the first octet not cumulatively acknowledged on
  std::uint64_t next_offset_ = 0; // place of the first octet never sent
  scoreboard board_;
  peer_window window_;
  rtt_estimator rtt_;
  rack rack_;
  tail_probe tail_probe_;
  mtu_search mtu_;
  pacer pacer_;
  proportional_rate_reduction prr_;
  std::unique_ptr<congestion_controller> controller_;
  delivery_rate rate_; // used if the controller wants it

  phase phase_ = phase::open;
  sequence_number recovery_point_;
  sequence_number round_end_;
  std::optional<sequence_number> path_change_end_;
  std::size_t episode_losses_ = 0;   // packets taken for lost since recovery started
  std::size_t episode_spurious_ = 0; // those of them that have arrived after all
  bool cwnd_limited_ = false;        // in this round trip
  bool cwnd_limited_last_ = false;   // in the last one
  bool end_queued_ = false;
  bool end_sent_ = false;
  bool write_cut_short_ = false;
  bool written_while_idle_ = false;
  bool path_proven_ = false;
  bool heartbeat_due_ = false;
};

} // namespace warren::udx
