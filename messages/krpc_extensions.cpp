#include "messages/krpc_extensions.hpp"

#include "messages/compact.hpp"

namespace warren::krpc {

namespace {

bad_query protocol_error(std::string_view why) {
  return {error_code::protocol, why};
}

/// BEP 44: "If the value in a put request contains invalid bencoding ... the storing node MUST reject": unlike the
/// rest of a message it must have its keys in order.
bool is_strict(byte_view value) {
  return static_cast<bool>(bencode::decode(value));
}

/// Reads what makes an item mutable. False when it is there in part.
bool read_signed_part(const bencode::view& dict, item& out) {
  auto key = dict.find_string("k");
  auto signature = dict.find_string("sig");
  auto seq = dict.find_integer("seq");
  if (!key || !signature || !seq || key->size() != item_key_size || signature->size() != item_signature_size
      || *seq < 0)
    return false;
  out.key = *key;
  out.signature = *signature;
  out.seq = seq;
  return true;
}

std::optional<bad_query> read_put(const bencode::view& arguments, query& out) {
  auto token = arguments.find_string("token");
  if (!token || token->empty() || token->size() > max_token_size)
    return protocol_error("missing or bad token");
  out.token = *token;
  auto value = arguments.find("v");
  if (!value)
    return protocol_error("missing value");
  if (value->encoded().size() > max_value_size)
    return bad_query{error_code::value_too_big, "message too big"};
  if (!is_strict(value->encoded()))
    return protocol_error("value with unsorted keys");
  out.item.value = value->encoded();
  if (!arguments.find("k"))
    return std::nullopt;
  if (!read_signed_part(arguments, out.item))
    return protocol_error("bad key, signature or sequence number");
  out.item.salt = arguments.find_string("salt").value_or(byte_view{});
  if (out.item.salt.size() > max_salt_size)
    return bad_query{error_code::salt_too_big, "salt too big"};
  out.item.cas = arguments.find_integer("cas");
  if (!out.item.cas && arguments.find("cas"))
    return protocol_error("bad cas");
  return std::nullopt;
}

std::optional<bad_query> read_rendezvous(const bencode::view& arguments, query& out) {
  auto payload = arguments.find_string("p");
  if (!payload || payload->empty() || payload->size() > max_rendezvous_payload)
    return protocol_error("missing or bad payload");
  out.rendezvous.payload = *payload;
  if (auto from = arguments.find_string("from")) {
    out.rendezvous.from = dht::parse_compact_endpoint(*from);
    return out.rendezvous.from ? std::nullopt : std::optional{protocol_error("bad source")};
  }
  auto key = arguments.find_string("k");
  auto token = arguments.find_string("token");
  if (!key || key->size() != item_key_size || !token || token->empty() || token->size() > max_token_size)
    return protocol_error("missing or bad key or token");
  out.rendezvous.key = *key;
  out.token = *token;
  return std::nullopt;
}

void read_records(const bencode::view& values, response& out) {
  auto entries = values.find("wr");
  if (!entries)
    return;
  for (auto entry : entries->list()) {
    auto raw = entry.string();
    if (!raw || raw->empty())
      continue;
    // One octet: the size of the compact endpoint behind it.
    auto size = std::to_integer<std::size_t>(raw->front());
    if (raw->size() <= 1 + size || raw->size() - 1 - size > max_record_size)
      continue;
    auto where = dht::parse_compact_endpoint(raw->subspan(1, size));
    if (where && out.records.size() < max_records)
      out.records.push_back({*where, raw->subspan(1 + size)});
  }
}

} // namespace

std::optional<bad_query> read_extensions(const bencode::view& arguments, query& out) {
  switch (out.method) {
    case method::get_peers:
      out.want_records = arguments.find_integer("wr").value_or(0) == 1;
      return std::nullopt;
    case method::get:
      out.item.seq = arguments.find_integer("seq");
      return std::nullopt;
    case method::put:
      return read_put(arguments, out);
    case method::rdv:
      return read_rendezvous(arguments, out);
    default:
      return std::nullopt;
  }
}

void read_record(const bencode::view& arguments, query& out) {
  auto record = arguments.find_string("wr");
  if (record && record->size() <= max_record_size)
    out.record = *record;
}

void read_extensions(const bencode::view& values, response& out) {
  if (auto value = values.find("v"); value && value->encoded().size() <= max_value_size)
    out.item.value = value->encoded();
  if (values.find("k")) {
    if (!read_signed_part(values, out.item))
      out.item = {};
  } else if (auto seq = values.find_integer("seq"); seq && *seq >= 0) {
    out.item.seq = seq; // the item is no newer than the one asked for
  }
  read_records(values, out);
  out.forwarded = values.find_integer("rdv").value_or(0) == 1;
}

void put_extensions_before_id(bencode::writer& out, const query& body) {
  if (body.method == method::put && body.item.cas)
    out.key("cas").integer(*body.item.cas);
  if (body.method == method::rdv && body.rendezvous.from) {
    bytes raw;
    dht::put_compact(raw, *body.rendezvous.from);
    out.key("from").string(raw);
  }
}

void put_extensions_before_target(bencode::writer& out, const query& body) {
  if (body.method == method::rdv) {
    if (!body.rendezvous.key.empty())
      out.key("k").string(body.rendezvous.key);
    out.key("p").string(body.rendezvous.payload);
  } else if (body.method == method::get && body.item.seq) {
    out.key("seq").integer(*body.item.seq);
  } else if (body.method == method::put && !body.item.key.empty()) {
    out.key("k").string(body.item.key);
    if (!body.item.salt.empty())
      out.key("salt").string(body.item.salt);
    out.key("seq").integer(body.item.seq.value_or(0));
    out.key("sig").string(body.item.signature);
  }
}

void put_record(bencode::writer& out, const query& body) {
  if (body.method == method::get_peers && body.want_records)
    out.key("wr").integer(1);
  else if (body.method == method::announce_peer && !body.record.empty())
    out.key("wr").string(body.record);
}

void put_extensions_before_token(bencode::writer& out, const response& body) {
  if (body.forwarded)
    out.key("rdv").integer(1);
  if (body.item.seq)
    out.key("seq").integer(*body.item.seq);
  if (!body.item.signature.empty())
    out.key("sig").string(body.item.signature);
}

void put_records(bencode::writer& out, const response& body) {
  if (body.records.empty())
    return;
  out.key("wr").begin_list();
  for (const auto& entry : body.records) {
    bytes raw;
    dht::put_compact(raw, entry.where);
    raw.insert(raw.begin(), static_cast<std::byte>(raw.size()));
    raw.insert(raw.end(), entry.record.begin(), entry.record.end());
    out.string(raw);
  }
  out.end();
}

} // namespace warren::krpc
