#pragma once

namespace warren::crypto {

/// Lets libsodium pick its code for this CPU. Called before its first use, any number of times; throws
/// std::runtime_error when the library cannot work on this machine.
void ensure_sodium();

} // namespace warren::crypto
