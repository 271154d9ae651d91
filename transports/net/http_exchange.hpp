#pragma once

#include "transports/net/http_connection.hpp"

namespace warren::net {

/// The responder of one request: carries calls from any thread to the connection's strand.
class http_exchange final : public http_responder {
public:
  http_exchange(std::shared_ptr<http_connection> connection, std::uint64_t turn)
      : connection_{std::move(connection)}, turn_{turn} {}

  ~http_exchange() override;

  void respond(http_response answer) override;
  void read_body(std::function<void(std::error_code, bytes)> next) override;
  void start(http_response head) override;
  void write(bytes part, std::function<void(std::error_code)> written) override;
  void finish() override;

private:
  std::shared_ptr<http_connection> connection_;
  std::uint64_t turn_;
};

} // namespace warren::net
