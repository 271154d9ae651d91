#pragma once

#include "transports/net/any_stream.hpp"
#include "transports/net/io_threads_impl.hpp"
#include "transports/net/websocket_link.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <atomic>
#include <deque>
#include <mutex>

namespace warren::net {

/// The websocket_link of both sides. The dialler or the HTTP connection makes it, performs the upgrade on its stream
/// and calls opened(). What is not marked "any thread" runs on the strand of `executor`.
class websocket_session final : public websocket_link,
                                public stoppable,
                                public std::enable_shared_from_this<websocket_session> {
public:
  using executor = any_stream::executor_type;
  using websocket = boost::beast::websocket::stream<any_stream>;
  using upgrade_request = boost::beast::http::request<boost::beast::http::empty_body>;

  websocket_session(
      std::shared_ptr<io_threads::impl> io, const executor& strand, const websocket_limits& limits);
  ~websocket_session() override;

  // Any thread.
  std::error_code send(bytes message, message_kind kind) override;
  std::size_t queued_bytes() const noexcept override;
  void grant_reads(std::size_t n) override;
  void close(close_code code, std::string reason) override;
  void abort() override;
  endpoint remote() const override;
  void shut_down() override;

  /// Before anything else can happen.
  void set_handlers(websocket_handlers handlers) { handlers_ = std::move(handlers); }

  /// `give_up` is called when the link ends before it is open.
  void when_dial_is_given_up(std::function<void()> give_up) { give_up_dial_ = std::move(give_up); }

  /// Makes the WebSocket layer over `stream`.
  websocket& attach(any_stream stream);

  /// Answers the upgrade request at a server, then opens.
  void accept(upgrade_request request);

  /// The upgrade is done.
  void opened();

  /// Ends the link; on_closed follows. Only the first call counts.
  void end(std::error_code why, std::string reason);

  bool ended() const noexcept { return ended_; }

  const websocket_limits& limits() const noexcept { return limits_; }

private:
  struct outgoing {
    bytes payload;
    message_kind kind;
  };

  void write_next();
  void written(const boost::system::error_code& why);
  void read_next();
  void read(const boost::system::error_code& why);
  void read_failed(const boost::system::error_code& why);
  void begin_close(close_code code, std::string reason);
  void send_close();
  void await_close();
  void keep_alive();

  std::shared_ptr<io_threads::impl> io_;
  executor strand_;
  websocket_limits limits_;
  websocket_handlers handlers_;
  std::function<void()> give_up_dial_;

  mutable std::mutex mutex_; // guards these four
  std::deque<outgoing> queue_;
  bool flush_posted_ = false;
  bool above_low_water_ = false;
  endpoint remote_;

  std::atomic<std::size_t> queued_{0};
  std::atomic<std::size_t> read_credit_{0};
  std::atomic<bool> closed_{false};

  std::optional<websocket> websocket_;
  std::optional<outgoing> current_;
  boost::beast::flat_buffer incoming_;
  boost::asio::steady_timer keep_alive_timer_;
  boost::asio::steady_timer close_timer_;
  std::optional<boost::beast::websocket::close_reason> closing_;
  bool accepting_ = false; ///< the upgrade was answered: will open, or end
  bool close_sent_ = false;
  bool open_ = false;
  bool ended_ = false;
  bool reading_ = false;
  bool heard_ = false;
  bool pinging_ = false;
  int unanswered_ = 0;
};

} // namespace warren::net
