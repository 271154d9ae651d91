#include "transports/dht/saved_table.hpp"

#include "messages/bencode.hpp"
#include "messages/compact.hpp"
#include "transports/dht/errc.hpp"

namespace warren::dht {

namespace {

constexpr std::int64_t format_version = 1;

bytes compact(const std::vector<node_info>& nodes, address_family family) {
  bytes result;
  std::size_t count = 0;
  for (const auto& node : nodes)
    if (count++ < max_saved_nodes && node.where.address.family() == family)
      put_compact(result, node);
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
  bytes result;
  bencode::writer out{result};
  out.begin_dict();
  out.key("id").string(table.id.octets);
  out.key("nodes").string(compact(table.nodes, address_family::ipv4));
  out.key("nodes6").string(compact(table.nodes, address_family::ipv6));
  out.key("version").integer(format_version);
  out.end();
  return result;
}

result<saved_table> decode_saved_table(byte_view raw) {
  auto root = bencode::decode(raw);
  if (!root || root->find_integer("version") != format_version)
    return errc::bad_saved_table;
  auto id = node_id::from(root->find_string("id").value_or(byte_view{}));
  saved_table out;
  if (!id || !append_nodes(*root, "nodes", address_family::ipv4, out)
      || !append_nodes(*root, "nodes6", address_family::ipv6, out))
    return errc::bad_saved_table;
  out.id = *id;
  return out;
}

} // namespace warren::dht
