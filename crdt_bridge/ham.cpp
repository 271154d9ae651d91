#include "crdt_bridge/ham.hpp"

#include "crdt_bridge/js_text.hpp"

namespace warren::crdt {

bool wins(const versioned_value& incoming, const versioned_value& current) noexcept {
  if (incoming.state != current.state)
    return incoming.state > current.state;
  return compare_utf16(incoming.value, current.value) > 0;
}

} // namespace warren::crdt
