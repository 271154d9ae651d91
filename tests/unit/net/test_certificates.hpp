#pragma once

#include "tests/support/temp_directory.hpp"

#include <string>

namespace warren::test {

/// A certificate authority and a server certificate for 127.0.0.1, ::1 and localhost, made on the spot in a directory of
/// their own and removed with it.
class test_certificates {
public:
  test_certificates();

  std::string ca_file() const { return (directory_.path() / "ca.pem").string(); }
  std::string certificate_file() const { return (directory_.path() / "server.pem").string(); }
  std::string key_file() const { return (directory_.path() / "server.key").string(); }

  /// A certificate of the same authority for another host.
  std::string other_certificate_file() const { return (directory_.path() / "other.pem").string(); }

private:
  temp_directory directory_;
};

} // namespace warren::test
