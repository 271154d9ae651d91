#pragma once

#include "messages/bytes.hpp"
#include "messages/result.hpp"
#include "transports/net/http.hpp"
#include "transports/net/url.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace warren::net {

/// What a server answered.
struct http_answer {
  int status = 0;
  std::string body;
};

struct http_client_options {
  /// For a whole request(), connecting included; for upload() and download(), which may take as long as they have to, the
  /// longest silence: connecting, and each part to move. Resolving a name is bounded by the system. Passed, the call
  /// fails with net_errc::timed_out.
  std::chrono::milliseconds timeout{30'000};
  /// Answers with more fail with net_errc::message_too_large; does not bound what download() hands on.
  std::size_t largest_answer = 64 * 1024 * 1024;
  /// Sent with every request.
  http_fields fields;
};

/// One HTTP/1.1 connection at a time to one plain http:// server, for programs that have nothing else to do meanwhile: all
/// calls block. Not for actors. A connection that the server closed is made again by the next request.
class http_client {
public:
  /// Fails with net_errc::bad_scheme unless `server` is http.
  static result<std::unique_ptr<http_client>> make(const url& server, http_client_options options);

  virtual ~http_client() = default;

  /// Sends a request with a whole body and returns the whole answer.
  virtual result<http_answer> request(
      const std::string& method, const std::string& target, std::string body = {}) = 0;

  /// Sends a body in parts (chunked): `next` returns each, and an empty one at the end.
  virtual result<http_answer> upload(
      const std::string& method, const std::string& target, const std::function<bytes()>& next) = 0;

  /// Hands the parts of an answer with status 200 to `part` as they come, until it returns false (then the call fails with
  /// net_errc::stopped). Any other answer is returned with its body.
  virtual result<http_answer> download(
      const std::string& target, const std::function<bool(byte_view)>& part) = 0;
};

} // namespace warren::net
