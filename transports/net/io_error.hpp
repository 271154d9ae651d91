#pragma once

#include "transports/net/errc.hpp"

#include <boost/system/error_code.hpp>

namespace warren::net {

/// Returns what went wrong on an open link: system codes as they are, an early end as ECONNRESET, and the rest as
/// net_errc.
std::error_code to_std(const boost::system::error_code& why);

/// As to_std, during a TLS handshake.
std::error_code tls_error(const boost::system::error_code& why);

} // namespace warren::net
