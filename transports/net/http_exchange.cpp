#include "transports/net/http_exchange.hpp"

#include <algorithm>

namespace warren::net {

std::optional<std::string_view> http_request::field(std::string_view name) const {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  auto same = [&](const auto& entry) {
    return std::equal(entry.first.begin(), entry.first.end(), name.begin(), name.end(), [&](char a, char b) {
      return lower(a) == lower(b);
    });
  };
  auto found = std::find_if(fields.begin(), fields.end(), same);
  if (found == fields.end())
    return std::nullopt;
  return found->second;
}

http_exchange::~http_exchange() {
  connection_->post([to = connection_, turn = turn_] { to->abandon(turn); });
}

void http_exchange::respond(http_response answer) {
  connection_->post([to = connection_, turn = turn_, answer = std::move(answer)]() mutable {
    to->respond(turn, std::move(answer));
  });
}

void http_exchange::read_body(std::function<void(std::error_code, bytes)> next) {
  connection_->post([to = connection_, turn = turn_, next = std::move(next)]() mutable {
    to->read_part(turn, std::move(next));
  });
}

void http_exchange::start(http_response head) {
  connection_->post([to = connection_, turn = turn_, head = std::move(head)]() mutable {
    to->start_response(turn, std::move(head));
  });
}

void http_exchange::write(bytes part, std::function<void(std::error_code)> written) {
  connection_->post(
      [to = connection_, turn = turn_, part = std::move(part), written = std::move(written)]() mutable {
        to->write_part(turn, std::move(part), std::move(written));
      });
}

void http_exchange::finish() {
  connection_->post([to = connection_, turn = turn_] { to->finish_response(turn); });
}

} // namespace warren::net
