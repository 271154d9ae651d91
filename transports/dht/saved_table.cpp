#include "transports/dht/saved_table.hpp"

#include "messages/bencode.hpp"
#include "messages/compact.hpp"
#include "transports/crypto/blake2.hpp"
#include "transports/dht/errc.hpp"

#include <algorithm>

namespace warren::dht {

namespace {

constexpr std::int64_t format_version = 2;

bytes compact(const std::vector<node_info>& nodes, address_family family) {
  bytes result;
  std::size_t count = 0;
  for (const auto& node : nodes)
    if (count++ < max_saved_nodes && node.where.address.family() == family)
      put_compact(result, node);
  return result;
}

std::array<std::byte, 32> checksum(byte_view table) {
  std::array<std::byte, 32> result;
  crypto::blake2b_keyed(result, {}, {table});
  return result;
}

bytes encode_content(const saved_table& table) {
  bytes result;
  bencode::writer out{result};
  out.begin_dict();
  if (table.external) {
    bytes where;
    put_compact(where, *table.external);
    out.key("external").string(where);
  }
  out.key("id").string(table.id.octets);
  out.key("nodes").string(compact(table.nodes, address_family::ipv4));
  out.key("nodes6").string(compact(table.nodes, address_family::ipv6));
  out.end();
  return result;
}

bool append_nodes(const bencode::view& root, std::string_view key, address_family family, saved_table& out) {
  auto raw = root.find_string(key);
  auto nodes = raw ? parse_compact_nodes(*raw, family) : std::nullopt;
  if (!nodes || nodes->size() > max_saved_nodes)
    return false;
  out.nodes.insert(out.nodes.end(), nodes->begin(), nodes->end());
  return true;
}

} // namespace

bytes encode(const saved_table& table) {
  auto content = encode_content(table);
  bytes result;
  bencode::writer out{result};
  out.begin_dict();
  out.key("check").string(checksum(content));
  out.key("table").string(content);
  out.key("version").integer(format_version);
  out.end();
  return result;
}

result<saved_table> decode_saved_table(byte_view raw) {
  auto file = bencode::decode(raw);
  auto version = file ? file->find_integer("version") : std::nullopt;
  if (!version)
    return errc::bad_saved_table;
  if (*version != format_version)
    return errc::other_table_version;
  auto content = file->find_string("table");
  auto check = file->find_string("check");
  if (!content || !check || !std::ranges::equal(*check, checksum(*content)))
    return errc::bad_saved_table;
  auto root = bencode::decode(*content);
  if (!root)
    return errc::bad_saved_table;
  saved_table out;
  auto id = node_id::from(root->find_string("id").value_or(byte_view{}));
  if (!id || !append_nodes(*root, "nodes", address_family::ipv4, out)
      || !append_nodes(*root, "nodes6", address_family::ipv6, out))
    return errc::bad_saved_table;
  out.id = *id;
  if (auto where = root->find_string("external")) {
    out.external = parse_compact_endpoint(*where);
    if (!out.external)
      return errc::bad_saved_table;
  }
  return out;
}

void restore(const saved_table& table, config& settings) {
  settings.saved_id = table.id;
  settings.saved_nodes = table.nodes;
  settings.saved_external = table.external;
}

} // namespace warren::dht
