#pragma once

#include <string>

namespace warren::net {

/// How a client checks the server. TLS 1.2 is the oldest version spoken.
struct tls_client {
  /// PEM file with the certificates to trust instead of the system's; empty: the system's.
  std::string ca_file;
  /// Checks the chain, and the host name or IP address against the subject alternative names (RFC 6125). Turn off only
  /// to look at a server by hand.
  bool verify = true;
};

/// What a server shows.
struct tls_server {
  std::string certificate_file; ///< PEM, own certificate first, then the chain
  std::string key_file;         ///< PEM
};

} // namespace warren::net
