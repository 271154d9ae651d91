#pragma once

#include "messages/result.hpp"

#include <string>
#include <vector>

namespace warren::net {

/// Returns the hosts that the first certificate in a PEM file is for: its DNS names in lower case and its IP addresses
/// (RFC 9525 6.1: the subject's common name is none of them). Wildcards name no host and are left out. Fails with
/// net_errc::tls_configuration when the file holds no certificate.
result<std::vector<std::string>> certificate_names(const std::string& pem_file);

} // namespace warren::net
