#pragma once

#include "messages/krpc.hpp"
#include "messages/node_id.hpp"
#include "messages/peer_id.hpp"
#include "messages/time.hpp"
#include "transports/crypto/identity.hpp"

#include <optional>

namespace warren::dht {

/// A value that anybody may keep for anybody (BEP 44). Immutable: it is named by its own hash. Mutable: it is named by a
/// key and a salt, and the owner of the key replaces it by one with a higher sequence number.
struct item {
  /// What only a mutable item has.
  struct signed_part {
    peer_id key;
    bytes salt;
    std::int64_t seq = 0;
    crypto::signature proof;

    friend bool operator==(const signed_part&, const signed_part&) = default;
  };

  /// In its bencoded form, at most krpc::max_value_size octets.
  bytes value;
  std::optional<signed_part> signing{};

  friend bool operator==(const item&, const item&) = default;
};

/// Returns the name of an immutable item: SHA-1 of its bencoded value.
node_id target_of(byte_view value);

/// Returns the name of the mutable items of `key` under `salt`: SHA-1 of both.
node_id target_of(const peer_id& key, byte_view salt);

node_id target_of(const item& what);

/// Returns what is signed (BEP 44, Signature Verification): "4:salt6:foobar3:seqi4e1:v12:Hello world!", the salt only when
/// it is not empty.
bytes signed_text(byte_view salt, std::int64_t seq, byte_view value);

/// Returns the item with its signature. `value` is bencoded.
item make_mutable_item(const crypto::identity& owner, byte_view salt, std::int64_t seq, byte_view value);

/// Says what is wrong with an item: a value that is not bencoding with sorted keys or too large (errc::bad_value), too much
/// salt (bad_salt), a negative sequence number or a wrong signature (bad_signature). Empty = nothing.
std::error_code check(const item& what);

/// Returns the item in a put or a response, unchecked. The salt of a response is the asker's: it is not repeated there.
item from_wire(const krpc::item& wire, byte_view salt);

/// Returns the item for a message; borrows from `what`.
krpc::item to_wire(const item& what);

} // namespace warren::dht
