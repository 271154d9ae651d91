#pragma once

#include "transports/net/any_stream.hpp"
#include "transports/net/io_threads_impl.hpp"
#include "transports/net/websocket_server.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <mutex>
#include <unordered_map>

namespace warren::net {

/// Returns an answer {"error": code, "message": text}; neither may hold what JSON would escape.
http_response plain_refusal(int status, std::string_view code, std::string_view text);

/// What all connections of one server share.
struct server_shared {
  server_config config;
  server_handlers handlers;
  std::shared_ptr<io_threads::impl> io;
  tls_context tls;

  std::mutex mutex; // guards the next one
  std::unordered_map<ip_address, std::size_t> by_address;
  std::atomic<std::size_t> patient_transfers{0};

  struct {
    std::atomic<std::uint64_t> connections{0};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> over_limit{0};
    std::atomic<std::uint64_t> over_address_limit{0};
    std::atomic<std::uint64_t> tls_failures{0};
    std::atomic<std::uint64_t> bad_requests{0};
    std::atomic<std::uint64_t> upgrades{0};
    std::atomic<std::uint64_t> refused_upgrades{0};
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> oversized_bodies{0};
    std::atomic<std::uint64_t> timeouts{0};
  } counters;
};

/// Counts one connection of a server as long as it lives.
class connection_slot {
public:
  /// Returns a place for a connection from `address`, or nothing, counted, when there is none.
  static std::shared_ptr<connection_slot> take(
      std::shared_ptr<server_shared> server, const ip_address& address);

  connection_slot(std::shared_ptr<server_shared> server, const ip_address& site);
  ~connection_slot();
  connection_slot(const connection_slot&) = delete;
  connection_slot& operator=(const connection_slot&) = delete;

private:
  std::shared_ptr<server_shared> server_;
  ip_address site_;
};

/// One TCP connection of a server until it ends or becomes a WebSocket: requests one after the other. Runs on the strand
/// of its stream; what the responder calls is posted there.
class http_connection final : public stoppable, public std::enable_shared_from_this<http_connection> {
public:
  using executor = any_stream::executor_type;
  using string_parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using part_parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  using head_parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using read_handler = std::function<void(std::error_code, bytes)>;
  using write_handler = std::function<void(std::error_code)>;

  http_connection(
      std::shared_ptr<server_shared> server, std::shared_ptr<connection_slot> slot, any_stream stream,
      endpoint remote);
  ~http_connection() override;

  void start();
  void shut_down() override;

  /// Runs `work` on the connection's strand; any thread.
  template <class Function>
  void post(Function&& work) {
    server_->io->post(strand_, std::forward<Function>(work));
  }

  // For the responder of request `turn`; without effect once another turn has begun.
  void respond(std::uint64_t turn, http_response answer);
  void read_part(std::uint64_t turn, read_handler next);
  void start_response(std::uint64_t turn, http_response head);
  void write_part(std::uint64_t turn, bytes part, write_handler written);
  void finish_response(std::uint64_t turn);
  void abandon(std::uint64_t turn);

private:
  enum class state { reading, whole_body, asked, answering, streaming, over, upgraded };

  void secure();
  void read_head();
  void head_read(const boost::system::error_code& why);
  void continue_with_body();
  void read_whole();
  void ask(http_request request);
  void upgrade();
  void refuse(http_response answer);
  void refuse_head(const boost::system::error_code& why);
  void send_waiting();
  void part_written(const boost::system::error_code& why);
  void send_last();
  void response_sent(const boost::system::error_code& why);
  void next_request();
  void linger();
  void drop();
  bool over() const { return state_ == state::over || state_ == state::upgraded; }
  void touch();
  void touch_transfer();
  void end_transfer();
  http_request describe() const;
  bool current(std::uint64_t turn, state wanted) const { return turn == turn_ && state_ == wanted; }

  std::shared_ptr<server_shared> server_;
  std::shared_ptr<connection_slot> slot_;
  any_stream stream_; ///< moved from after an upgrade
  executor strand_;
  endpoint remote_;
  boost::beast::flat_buffer buffer_;
  std::optional<head_parser> head_;
  std::optional<string_parser> whole_;
  std::optional<part_parser> parts_;
  std::uint64_t turn_ = 0;
  state state_ = state::reading;
  bool keep_alive_ = false;
  bool body_open_ = false; ///< octets of the body may still come
  bool patient_ = false;   ///< one of the server's patient transfers
  bool writing_ = false;   ///< part of a streamed response is on its way
  bool finishing_ = false; ///< the end of a streamed response waits for the part before it
  write_handler waiting_;
  bytes waiting_part_;
  unsigned version_ = 11;
  bool head_only_ = false; ///< the request was HEAD
};

} // namespace warren::net
