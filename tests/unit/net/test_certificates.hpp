#pragma once

#include <filesystem>
#include <string>

namespace warren::test {

/// A certificate authority and a server certificate for 127.0.0.1, ::1 and localhost, made on the spot in a directory of
/// their own and removed with it.
class test_certificates {
public:
  test_certificates();
  ~test_certificates();
  test_certificates(const test_certificates&) = delete;
  test_certificates& operator=(const test_certificates&) = delete;

  std::string ca_file() const { return (directory_ / "ca.pem").string(); }
  std::string certificate_file() const { return (directory_ / "server.pem").string(); }
  std::string key_file() const { return (directory_ / "server.key").string(); }

  /// A certificate of the same authority for another host.
  std::string other_certificate_file() const { return (directory_ / "other.pem").string(); }

private:
  std::filesystem::path directory_;
};

} // namespace warren::test
