#include "transports/net/http_connection.hpp"
#include "transports/net/http_date.hpp"
#include "transports/net/io_error.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace warren::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t largest_part = 64 * 1024;

template <class Body>
void fill_head(http::response<Body>& out, const http_response& answer, bool keep_alive) {
  out.set(http::field::server, "warren");
  // RFC 9110 6.6.1: "An origin server with a clock ... MUST generate a Date header field".
  out.set(http::field::date, http_date(std::chrono::system_clock::now()));
  if (!answer.content_type.empty())
    out.set(http::field::content_type, answer.content_type);
  for (const auto& [name, value] : answer.fields)
    out.set(name, value);
  out.keep_alive(keep_alive);
}

} // namespace

void http_connection::respond(std::uint64_t turn, http_response answer) {
  if (!current(turn, state::asked))
    return;
  state_ = state::answering;
  keep_alive_ = keep_alive_ && !body_open_;
  auto status = static_cast<http::status>(answer.status);
  touch();
  if (head_only_) {
    auto sent = std::make_shared<http::response<http::empty_body>>(status, version_);
    fill_head(*sent, answer, keep_alive_);
    sent->content_length(answer.body.size());
    http::async_write(stream_, *sent, [self = shared_from_this(), sent](const error_code& why, std::size_t) {
      self->response_sent(why);
    });
    return;
  }
  auto sent = std::make_shared<http::response<http::string_body>>(status, version_);
  fill_head(*sent, answer, keep_alive_);
  sent->body() = std::move(answer.body);
  sent->prepare_payload();
  http::async_write(stream_, *sent, [self = shared_from_this(), sent](const error_code& why, std::size_t) {
    self->response_sent(why);
  });
}

void http_connection::read_part(std::uint64_t turn, read_handler next) {
  if (!current(turn, state::asked) || !parts_) {
    next(turn == turn_ && !parts_ ? std::error_code{} : net_errc::closed, {});
    return;
  }
  if (parts_->is_done()) {
    body_open_ = false;
    next({}, {});
    return;
  }
  touch_transfer();
  auto part = std::make_shared<bytes>(largest_part);
  parts_->get().body().data = part->data();
  parts_->get().body().size = part->size();
  http::async_read_some(
      stream_, buffer_, *parts_,
      [self = shared_from_this(), part, turn, next = std::move(next)](error_code why, std::size_t) mutable {
        self->stream_.next_layer().expires_never();
        auto got = part->size() - self->parts_->get().body().size;
        if (why == http::error::need_buffer)
          why = {};
        if (why == http::error::body_limit)
          self->server_->counters.oversized_bodies.fetch_add(1);
        if (why || !self->current(turn, state::asked)) {
          next(why ? to_std(why) : net_errc::closed, {});
          return;
        }
        part->resize(got);
        // Only framing was read: go on until there is something to tell, or the end.
        if (got == 0)
          self->read_part(turn, std::move(next));
        else
          next({}, std::move(*part));
      });
}

void http_connection::start_response(std::uint64_t turn, http_response head) {
  if (!current(turn, state::asked))
    return;
  state_ = state::streaming;
  keep_alive_ = keep_alive_ && !body_open_;
  struct pending {
    http::response<http::empty_body> message;
    http::response_serializer<http::empty_body> serializer{message};
  };
  auto sent = std::make_shared<pending>();
  sent->message.result(static_cast<http::status>(head.status));
  sent->message.version(version_);
  fill_head(sent->message, head, keep_alive_);
  sent->message.chunked(true);
  touch();
  writing_ = true;
  http::async_write_header(
      stream_, sent->serializer,
      [self = shared_from_this(), sent](const error_code& why, std::size_t) { self->part_written(why); });
}

void http_connection::write_part(std::uint64_t turn, bytes part, write_handler written) {
  if (!current(turn, state::streaming) || waiting_) {
    written(net_errc::closed);
    return;
  }
  if (head_only_)
    part.clear();
  waiting_ = std::move(written);
  waiting_part_ = std::move(part);
  if (!writing_)
    send_waiting();
}

/// Sends the part that waits; an empty one would end the body, and is taken as sent.
void http_connection::send_waiting() {
  auto part = std::make_shared<bytes>(std::move(waiting_part_));
  auto written = std::exchange(waiting_, nullptr);
  if (part->empty()) {
    written({});
    return;
  }
  touch_transfer();
  writing_ = true;
  asio::async_write(
      stream_, http::make_chunk(asio::buffer(part->data(), part->size())),
      [self = shared_from_this(), part, written = std::move(written)](const error_code& why, std::size_t) {
        written(to_std(why));
        self->part_written(why);
      });
}

/// After the head or a part of a streamed response is with the kernel.
void http_connection::part_written(const error_code& why) {
  writing_ = false;
  if (over() || why) {
    if (waiting_)
      std::exchange(waiting_, nullptr)(net_errc::closed);
    drop();
    return;
  }
  stream_.next_layer().expires_never();
  if (waiting_)
    send_waiting();
  else if (finishing_)
    send_last();
}

void http_connection::finish_response(std::uint64_t turn) {
  if (!current(turn, state::streaming))
    return;
  finishing_ = true;
  if (!writing_)
    send_last();
}

void http_connection::send_last() {
  finishing_ = false;
  state_ = state::answering;
  if (head_only_) {
    response_sent({});
    return;
  }
  touch_transfer();
  asio::async_write(
      stream_, http::make_chunk_last(),
      [self = shared_from_this()](const error_code& why, std::size_t) { self->response_sent(why); });
}

void http_connection::abandon(std::uint64_t turn) {
  // Half a streamed response cannot be taken back: cutting it is the only way to say that it failed.
  if (current(turn, state::streaming) && !finishing_)
    drop();
  else
    respond(turn, plain_refusal(500, "no_answer", "the server has no answer; look into its log"));
}

} // namespace warren::net
