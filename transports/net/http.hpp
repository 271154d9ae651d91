#pragma once

#include "messages/bytes.hpp"
#include "messages/endpoint.hpp"

#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace warren::net {

using http_fields = std::vector<std::pair<std::string, std::string>>;

struct http_request {
  std::string method; ///< "GET", "PUT", ...
  std::string path;   ///< as sent, percent signs and all, without the query
  std::string query;  ///< after the '?', empty when there is none
  http_fields fields;
  std::string body; ///< empty when the body is streamed
  endpoint remote;

  /// Returns the value of the first field called `name` (any case), or nothing.
  std::optional<std::string_view> field(std::string_view name) const;
};

struct http_response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  http_fields fields;
};

/// Answers one request, from any thread. Dropped without an answer, the client gets a 500. After the client is gone all
/// calls are without effect and report net_errc::closed.
class http_responder {
public:
  virtual ~http_responder() = default;

  /// Sends a whole response. Also ends the reading of a streamed body.
  virtual void respond(http_response answer) = 0;

  /// Asks for the next part of a streamed body, up to 64 KiB. `next` is called once, on an io thread; an empty part
  /// without an error is the end. Back-pressure is not asking. A body above the limit fails with
  /// net_errc::message_too_large. One call at a time.
  virtual void read_body(std::function<void(std::error_code why, bytes part)> next) = 0;

  /// Begins a response sent in parts (chunked); `head.body` is ignored. To HEAD only this is sent, whatever is written.
  virtual void start(http_response head) = 0;

  /// Sends one part. `written` is called on an io thread when the kernel took it: send the next one then. One call at a
  /// time.
  virtual void write(bytes part, std::function<void(std::error_code why)> written) = 0;

  /// Ends a response begun with start().
  virtual void finish() = 0;
};

} // namespace warren::net
