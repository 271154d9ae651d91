#include "transports/dht/item.hpp"

#include "messages/bencode.hpp"
#include "transports/crypto/sha1.hpp"
#include "transports/dht/errc.hpp"

#include <algorithm>

namespace warren::dht {

node_id target_of(byte_view value) {
  return {crypto::sha1({value})};
}

node_id target_of(const peer_id& key, byte_view salt) {
  return {crypto::sha1({key.octets, salt})};
}

node_id target_of(const item& what) {
  return what.signing ? target_of(what.signing->key, what.signing->salt) : target_of(what.value);
}

bytes signed_text(byte_view salt, std::int64_t seq, byte_view value) {
  bytes result;
  bencode::writer out{result};
  if (!salt.empty())
    out.key("salt").string(salt);
  out.key("seq").integer(seq).key("v").encoded(value);
  return result;
}

item make_mutable_item(const crypto::identity& owner, byte_view salt, std::int64_t seq, byte_view value) {
  return {to_bytes(value),
          item::signed_part{owner.id(), to_bytes(salt), seq, owner.sign(signed_text(salt, seq, value))}};
}

std::error_code check(const item& what) {
  if (what.value.size() > krpc::max_value_size || !bencode::decode(what.value))
    return errc::bad_value;
  if (!what.signing)
    return {};
  const auto& own = *what.signing;
  if (own.salt.size() > krpc::max_salt_size)
    return errc::bad_salt;
  if (own.seq < 0 || !crypto::verify(own.key, signed_text(own.salt, own.seq, what.value), own.proof))
    return errc::bad_signature;
  return {};
}

item from_wire(const krpc::item& wire, byte_view salt) {
  item result{to_bytes(wire.value), {}};
  if (wire.key.size() != krpc::item_key_size || wire.signature.size() != krpc::item_signature_size)
    return result;
  auto& own = result.signing.emplace();
  std::copy(wire.key.begin(), wire.key.end(), own.key.octets.begin());
  std::copy(wire.signature.begin(), wire.signature.end(), own.proof.octets.begin());
  own.salt = to_bytes(salt);
  own.seq = wire.seq.value_or(0);
  return result;
}

krpc::item to_wire(const item& what) {
  krpc::item result;
  result.value = what.value;
  if (what.signing) {
    result.key = what.signing->key.octets;
    result.signature = what.signing->proof.octets;
    result.salt = what.signing->salt;
    result.seq = what.signing->seq;
  }
  return result;
}

} // namespace warren::dht
