#include "messages/compact.hpp"

#include "messages/byte_order.hpp"

namespace warren::dht {

void put_compact(bytes& out, const endpoint& where) {
  put(out, where.address.octets());
  put_be(out, where.port);
}

void put_compact(bytes& out, const node_info& node) {
  put(out, node.id.octets);
  put_compact(out, node.where);
}

std::optional<endpoint> parse_compact_endpoint(byte_view raw) {
  byte_reader in{raw};
  endpoint result;
  if (raw.size() == compact_peer_size_v4)
    result.address = ip_address::v4(in.array<4>());
  else if (raw.size() == compact_peer_size_v6)
    result.address = ip_address::v6(in.array<16>());
  else
    return std::nullopt;
  result.port = in.be<std::uint16_t>();
  return result;
}

std::optional<std::vector<node_info>> parse_compact_nodes(byte_view raw, address_family family) {
  auto size = compact_node_size(family);
  if (raw.size() % size != 0)
    return std::nullopt;
  std::vector<node_info> result;
  result.reserve(raw.size() / size);
  for (; !raw.empty(); raw = raw.subspan(size))
    result.push_back(
        {*node_id::from(raw.first(node_id::size)),
         *parse_compact_endpoint(raw.subspan(node_id::size, size - node_id::size))});
  return result;
}

} // namespace warren::dht
