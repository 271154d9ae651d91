#pragma once

#include <string_view>

namespace warren::crdt {

/// A field's value as canonical JavaScript JSON text, and the state it was written with.
struct versioned_value {
  double state = 0;
  std::string_view value;
};

/// Returns true when `incoming` takes the place of `current`, a value the field has already: GUN's conflict resolution,
/// steps 2 to 4 of gun.md section 6. (Step 1, deferring what is ahead of the clock, is the engine's.)
bool wins(const versioned_value& incoming, const versioned_value& current) noexcept;

} // namespace warren::crdt
