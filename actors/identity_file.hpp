#pragma once

#include "messages/types.hpp"
#include "transports/crypto/identity.hpp"

#include <filesystem>

namespace warren {

/// Returns the identity kept in `file`. Fails with errc::bad_config, saying what to do, when it is missing, not a regular
/// file, open to others than its owner (it is a secret key), or no identity.
caf::expected<crypto::identity> load_identity(const std::filesystem::path& file);

/// Makes a new identity and keeps it in `file` with mode 0600. Never overwrites: fails with errc::bad_config when something
/// is there already. A crash leaves a whole file or none.
caf::expected<crypto::identity> create_identity(const std::filesystem::path& file, random_source& random);

/// Loads the identity in `file`, or makes it on first start.
caf::expected<crypto::identity> load_or_create_identity(
    const std::filesystem::path& file, random_source& random);

} // namespace warren
