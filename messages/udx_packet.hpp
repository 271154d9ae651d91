#pragma once

// UDX wire version 1 (libudx): one packet per UDP datagram, all integers little endian.
//
//   off size
//     0    1  magic 0xFF
//     1    1  version 0x01
//     2    1  type: bit flags
//     3    1  data_offset: octets between the header and the payload (SACK blocks or zero padding)
//     4    4  stream id that the receiver gave the stream
//     8    4  rwnd: the sender's receive window in octets
//    12    4  seq: of this packet, or snd.nxt for packets that consume none
//    16    4  ack: the sender's rcv.nxt
//    20    .  data_offset octets, then the payload
//
// Sequence numbers count packets, not octets.

#include "messages/bytes.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace warren::udx {

/// A packet's sequence number; arithmetic is modulo 2^32 and order is that of the signed difference (RFC 1982).
struct sequence_number {
  std::uint32_t value = 0;

  friend bool operator==(sequence_number, sequence_number) = default;

  friend std::int32_t operator-(sequence_number a, sequence_number b) noexcept {
    return static_cast<std::int32_t>(a.value - b.value);
  }
  friend sequence_number operator+(sequence_number a, std::uint32_t n) noexcept { return {a.value + n}; }
  friend bool operator<(sequence_number a, sequence_number b) noexcept { return a - b < 0; }
  friend bool operator<=(sequence_number a, sequence_number b) noexcept { return a - b <= 0; }
  friend bool operator>(sequence_number a, sequence_number b) noexcept { return a - b > 0; }
  friend bool operator>=(sequence_number a, sequence_number b) noexcept { return a - b >= 0; }
};

inline constexpr std::byte magic{0xFF};
inline constexpr std::byte wire_version{0x01};
inline constexpr std::size_t header_size = 20;

/// The largest IP packet that Warren sends and takes: a jumbo frame of Ethernet. Larger ones would gain nothing.
inline constexpr std::size_t largest_packet = 9000;

/// Its UDP payload over IPv4. Larger datagrams are refused.
inline constexpr std::size_t max_datagram_size = largest_packet - 28;

/// The largest IP packet that may be sent to a peer of which nothing else is known: the reference's receiver cuts datagrams
/// off at 2048 octets, and it never sends more itself (udx.md sections 6 and 12).
inline constexpr std::size_t reference_mtu = 1500;

/// The type octet. DATA and END consume a sequence number each packet, the others none; 0 is a pure ACK.
namespace packet_type {
inline constexpr std::uint8_t ack = 0x00;
inline constexpr std::uint8_t data = 0x01;
inline constexpr std::uint8_t end = 0x02;
inline constexpr std::uint8_t sack = 0x04;
inline constexpr std::uint8_t message = 0x08;
inline constexpr std::uint8_t destroy = 0x10;
inline constexpr std::uint8_t heartbeat = 0x20;
} // namespace packet_type

struct packet_header {
  std::uint8_t type = packet_type::ack;
  std::uint8_t data_offset = 0;
  std::uint32_t stream_id = 0;
  std::uint32_t rwnd = 0;
  sequence_number seq;
  sequence_number ack;

  bool has(std::uint8_t flag) const noexcept { return (type & flag) != 0; }

  friend bool operator==(const packet_header&, const packet_header&) = default;
};

/// A parsed packet; the views point into the datagram.
struct packet {
  packet_header header;
  byte_view extension; // data_offset octets
  byte_view payload;

  /// Returns where a SACK packet's blocks lie: the extension if that is a proper part of what follows the header,
  /// otherwise everything after the header. Empty without the SACK flag.
  byte_view sack_area() const noexcept;

private:
  friend std::optional<packet> parse_packet(byte_view datagram) noexcept;
  byte_view body_; // everything after the header
};

/// Packets [start, end) have arrived out of order.
struct sack_block {
  sequence_number start;
  sequence_number end;
  friend bool operator==(const sack_block&, const sack_block&) = default;
};

inline constexpr std::size_t sack_block_size = 8;
inline constexpr std::size_t max_sack_blocks = 50;

/// Returns the packet in `datagram`, or nothing when it is shorter than a header, longer than max_datagram_size, has
/// another magic or version, or a data_offset beyond its end. Reserved type bits are let through.
std::optional<packet> parse_packet(byte_view datagram) noexcept;

/// Returns the stream that `datagram` is addressed to, if it can be UDX at all (size, magic and version): the lookup
/// of whoever shares one UDP port among streams.
std::optional<std::uint32_t> stream_id_of(byte_view datagram) noexcept;

/// Writes the header into the first header_size octets of `out`, which must have them.
void write_header(std::span<std::byte> out, const packet_header& header) noexcept;

/// Overwrites the stream id of a packet, and nothing else; `packet` must hold a header.
void write_stream_id(std::span<std::byte> packet, std::uint32_t id) noexcept;

/// Reads block `index` of a SACK area; `area` must hold it.
sack_block read_sack_block(byte_view area, std::size_t index) noexcept;

/// Writes `block` as block `index` of `area`, which must have room for it.
void write_sack_block(std::span<std::byte> area, std::size_t index, sack_block block) noexcept;

} // namespace warren::udx
