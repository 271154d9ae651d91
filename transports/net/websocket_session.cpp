#include "transports/net/websocket_session.hpp"

#include "transports/net/http_date.hpp"
#include "transports/net/io_error.hpp"

#include <boost/asio/buffer.hpp>

namespace warren::net {

namespace asio = boost::asio;
namespace ws = boost::beast::websocket;
using boost::system::error_code;

namespace {

// Large enough that a full relay frame is masked and written in one piece.
constexpr std::size_t write_buffer = 80 * 1024;

// RFC 6455 5.5: a control frame carries at most 125 octets, two of which are the close code.
constexpr std::size_t longest_reason = 123;

// Pings in a row without any answer.
constexpr int most_unanswered = 2;

endpoint remote_of(any_stream& stream) {
  error_code failed;
  auto peer = stream.next_layer().socket().remote_endpoint(failed);
  if (failed)
    return {};
  auto address = ip_address::parse(peer.address().to_string());
  return {address.value_or(ip_address{}), peer.port()};
}

std::error_code close_error(ws::close_code code) {
  switch (code) {
    case ws::close_code::none:
    case ws::close_code::normal:
    case ws::close_code::going_away:
      return {};
    case ws::close_code::too_big:
      return net_errc::message_too_large;
    case ws::close_code::protocol_error:
    case ws::close_code::bad_payload:
    case ws::close_code::unknown_data:
      return net_errc::protocol;
    default:
      return net_errc::closed;
  }
}

} // namespace

websocket_session::websocket_session(
    std::shared_ptr<io_threads::impl> io, const executor& strand, const websocket_limits& limits)
    : io_{std::move(io)},
      strand_{strand},
      limits_{limits},
      incoming_{limits.largest_message},
      keep_alive_timer_{strand},
      close_timer_{strand} {
}

websocket_session::~websocket_session() {
  io_->withdraw(this);
}

std::error_code websocket_session::send(bytes message, message_kind kind) {
  std::lock_guard guard{mutex_};
  if (closed_)
    return net_errc::closed;
  auto waiting = queued_.load(std::memory_order_relaxed);
  if (waiting >= limits_.send_queue)
    return net_errc::queue_full;
  waiting += message.size();
  queued_.store(waiting, std::memory_order_relaxed);
  above_low_water_ = above_low_water_ || waiting > limits_.low_water;
  queue_.push_back({std::move(message), kind});
  if (!std::exchange(flush_posted_, true))
    io_->post(strand_, [self = shared_from_this()] { self->write_next(); });
  return {};
}

std::size_t websocket_session::queued_bytes() const noexcept {
  return queued_.load(std::memory_order_relaxed);
}

void websocket_session::grant_reads(std::size_t n) {
  if (n > 0 && read_credit_.fetch_add(n) == 0)
    io_->post(strand_, [self = shared_from_this()] { self->read_next(); });
}

void websocket_session::close(close_code code, std::string reason) {
  io_->post(strand_, [self = shared_from_this(), code, reason = std::move(reason)]() mutable {
    self->begin_close(code, std::move(reason));
  });
}

void websocket_session::abort() {
  io_->post(strand_, [self = shared_from_this()] { self->end(net_errc::closed, "aborted"); });
}

void websocket_session::shut_down() {
  io_->post(strand_, [self = shared_from_this()] { self->end(net_errc::stopped, "shutting down"); });
}

endpoint websocket_session::remote() const {
  std::lock_guard guard{mutex_};
  return remote_;
}

websocket_session::websocket& websocket_session::attach(any_stream stream) {
  auto& made = websocket_.emplace(std::move(stream));
  // Deadlines are kept here: Beast's idle timer would also run while reads are held back on purpose.
  made.set_option(ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
  made.read_message_max(limits_.largest_message);
  made.write_buffer_bytes(write_buffer);
  made.auto_fragment(false);
  made.control_callback([this](ws::frame_type, boost::beast::string_view) { heard_ = true; });
  return made;
}

void websocket_session::accept(upgrade_request request) {
  accepting_ = true;
  close_timer_.expires_after(limits_.handshake_timeout);
  close_timer_.async_wait([self = shared_from_this()](const error_code& why) {
    if (!why && !self->open_)
      self->end(net_errc::timed_out, "upgrade");
  });
  websocket_->set_option(ws::stream_base::decorator([](ws::response_type& response) {
    response.set(boost::beast::http::field::server, "warren");
    response.set(boost::beast::http::field::date, http_date(std::chrono::system_clock::now()));
  }));
  auto kept = std::make_shared<upgrade_request>(std::move(request));
  websocket_->async_accept(*kept, [self = shared_from_this(), kept](const error_code& why) {
    if (why)
      self->end(to_std(why), why.message());
    else
      self->opened();
  });
}

void websocket_session::opened() {
  if (ended_)
    return;
  open_ = true;
  give_up_dial_ = {};
  close_timer_.cancel();
  {
    std::lock_guard guard{mutex_};
    remote_ = remote_of(websocket_->next_layer());
  }
  error_code ignored;
  websocket_->next_layer().next_layer().socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
  if (handlers_.on_open)
    handlers_.on_open();
  keep_alive();
  read_next();
  if (closing_)
    await_close();
  write_next();
}

void websocket_session::write_next() {
  {
    std::lock_guard guard{mutex_};
    if (!open_ || ended_ || current_ || close_sent_)
      return;
    if (queue_.empty()) {
      flush_posted_ = false;
    } else {
      current_ = std::move(queue_.front());
      queue_.pop_front();
    }
  }
  if (!current_) {
    if (closing_)
      send_close();
    return;
  }
  websocket_->binary(current_->kind == message_kind::binary);
  websocket_->async_write(
      asio::buffer(current_->payload.data(), current_->payload.size()),
      [self = shared_from_this()](const error_code& why, std::size_t) { self->written(why); });
}

void websocket_session::written(const error_code& why) {
  if (ended_)
    return;
  if (why) {
    end(to_std(why), why.message());
    return;
  }
  auto drained = false;
  {
    std::lock_guard guard{mutex_};
    auto waiting = queued_.load(std::memory_order_relaxed) - current_->payload.size();
    queued_.store(waiting, std::memory_order_relaxed);
    current_.reset();
    drained = above_low_water_ && waiting <= limits_.low_water;
    if (drained)
      above_low_water_ = false;
  }
  if (drained && handlers_.on_drained)
    handlers_.on_drained();
  write_next();
}

void websocket_session::read_next() {
  if (!open_ || ended_ || reading_ || closing_ || read_credit_.load() == 0)
    return;
  reading_ = true;
  websocket_->async_read(
      incoming_, [self = shared_from_this()](const error_code& why, std::size_t) { self->read(why); });
}

void websocket_session::read(const error_code& why) {
  reading_ = false;
  if (ended_)
    return;
  if (why) {
    read_failed(why);
    return;
  }
  heard_ = true;
  read_credit_.fetch_sub(1);
  auto begin = static_cast<const std::byte*>(incoming_.data().data());
  bytes message{begin, begin + incoming_.size()};
  incoming_.consume(incoming_.size());
  if (handlers_.on_message && !closing_)
    handlers_.on_message(
        std::move(message), websocket_->got_text() ? message_kind::text : message_kind::binary);
  read_next();
}

void websocket_session::read_failed(const error_code& why) {
  // The peer closed, or answered our close.
  if (why == ws::error::closed) {
    const auto& told = websocket_->reason();
    auto ours = closing_.has_value();
    end(ours ? std::error_code{} : close_error(static_cast<ws::close_code>(told.code)),
        std::string{told.reason.c_str(), told.reason.size()});
  } else if (!close_sent_) {
    end(to_std(why), why.message());
  }
}

void websocket_session::begin_close(close_code code, std::string reason) {
  if (ended_ || closing_)
    return;
  closed_ = true;
  // A dial is given up; who was let in is told.
  if (!open_ && !accepting_) {
    end({}, std::move(reason));
    return;
  }
  reason.resize(std::min(reason.size(), longest_reason));
  closing_.emplace(
      static_cast<ws::close_code>(code), boost::beast::string_view{reason.data(), reason.size()});
  if (!open_)
    return; // opened() goes on
  await_close();
  write_next();
}

void websocket_session::await_close() {
  close_timer_.expires_after(limits_.close_timeout);
  close_timer_.async_wait([self = shared_from_this()](const error_code& why) {
    if (!why)
      self->end(net_errc::timed_out, "the peer did not answer the close");
  });
}

void websocket_session::send_close() {
  close_sent_ = true;
  websocket_->async_close(*closing_, [self = shared_from_this()](const error_code& why) {
    self->end(to_std(why), why ? why.message() : std::string{});
  });
}

void websocket_session::keep_alive() {
  keep_alive_timer_.expires_after(limits_.ping_interval);
  keep_alive_timer_.async_wait([self = shared_from_this()](const error_code& why) {
    if (why || self->ended_)
      return;
    auto quiet = !std::exchange(self->heard_, false);
    // While reads are held back nothing can be heard, so silence says nothing.
    self->unanswered_ = quiet && self->reading_ ? self->unanswered_ + 1 : 0;
    if (self->unanswered_ > most_unanswered) {
      self->end(net_errc::silent, "no answer to pings");
      return;
    }
    if (quiet && !self->pinging_ && !self->close_sent_) {
      self->pinging_ = true;
      self->websocket_->async_ping({}, [self](const error_code&) { self->pinging_ = false; });
    }
    self->keep_alive();
  });
}

void websocket_session::end(std::error_code why, std::string reason) {
  if (std::exchange(ended_, true))
    return;
  closed_ = true;
  keep_alive_timer_.cancel();
  close_timer_.cancel();
  if (auto give_up = std::exchange(give_up_dial_, {}))
    give_up();
  {
    std::lock_guard guard{mutex_};
    queue_.clear();
    queued_.store(0, std::memory_order_relaxed);
  }
  if (websocket_)
    websocket_->next_layer().next_layer().close();
  auto handlers = std::exchange(handlers_, {});
  if (handlers.on_closed)
    handlers.on_closed(why, std::move(reason));
}

} // namespace warren::net
