#include "transports/dht/reply_size.hpp"

namespace warren::dht {

namespace {

/// Of these many everybody can still make something.
constexpr std::size_t few_nodes = 4;
constexpr std::size_t few_values = 8;

template <class T>
bool halve(std::vector<T>& list, std::size_t keep) {
  if (list.size() <= keep)
    return false;
  list.resize(std::max(list.size() / 2, keep));
  return true;
}

} // namespace

bool shed(krpc::response& body, address_family own) {
  auto& nodes = own == address_family::ipv4 ? body.nodes : body.nodes6;
  auto& others = own == address_family::ipv4 ? body.nodes6 : body.nodes;
  if (halve(others, 0) || halve(body.records, 0) || halve(body.values, few_values) || halve(nodes, few_nodes)
      || halve(body.values, 0))
    return true;
  if (!body.item.value.empty()) {
    body.item = {};
    return true;
  }
  return halve(nodes, 0);
}

} // namespace warren::dht
