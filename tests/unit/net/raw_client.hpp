#pragma once

#include "messages/endpoint.hpp"

#include <string>

namespace warren::test {

/// A TCP connection that says exactly what it is told. Blocks; a peer that never answers fails the read after 30 s.
class raw_client {
public:
  explicit raw_client(const endpoint& to);
  ~raw_client();
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  void send(std::string_view text);

  /// Returns what comes until `end` was read, or the connection ends.
  std::string read_until(std::string_view end);

  /// Returns all that comes until the connection ends.
  std::string read_all();

private:
  int fd_;
  std::string kept_;
};

} // namespace warren::test
