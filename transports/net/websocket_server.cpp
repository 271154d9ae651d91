#include "transports/net/websocket_server.hpp"

#include "transports/net/errc.hpp"
#include "transports/net/http_connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>

namespace warren::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

tcp::endpoint to_asio(const endpoint& where) {
  return {asio::ip::make_address(to_string(where.address)), where.port};
}

endpoint from_asio(const tcp::endpoint& where) {
  return {ip_address::parse(where.address().to_string()).value_or(ip_address{}), where.port()};
}

class listener final : public websocket_server,
                       public stoppable,
                       public std::enable_shared_from_this<listener> {
public:
  explicit listener(std::shared_ptr<server_shared> shared)
      : shared_{std::move(shared)},
        strand_{asio::make_strand(shared_->io->io)},
        acceptor_{strand_},
        retry_{strand_} {}

  ~listener() override { shared_->io->withdraw(this); }

  std::error_code open();
  void accept();

  endpoint local() const override { return local_; }

  void stop() override {
    shared_->io->post(strand_, [self = shared_from_this()] { self->close(); });
  }

  void shut_down() override { stop(); }

  server_counters counters() const override;

private:
  void accepted(const error_code& why, tcp::socket socket);
  void close();

  std::shared_ptr<server_shared> shared_;
  asio::strand<asio::io_context::executor_type> strand_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  endpoint local_;
  std::vector<std::weak_ptr<http_connection>> connections_;
};

std::error_code listener::open() {
  auto where = to_asio(shared_->config.listen);
  error_code failed;
  acceptor_.open(where.protocol(), failed);
  if (!failed)
    acceptor_.set_option(asio::socket_base::reuse_address{true}, failed);
  if (!failed && where.protocol() == tcp::v6())
    acceptor_.set_option(asio::ip::v6_only{true}, failed);
  if (!failed)
    acceptor_.bind(where, failed);
  if (!failed)
    acceptor_.listen(asio::socket_base::max_listen_connections, failed);
  if (!failed)
    local_ = from_asio(acceptor_.local_endpoint(failed));
  return {failed.value(), std::system_category()};
}

void listener::accept() {
  if (!acceptor_.is_open())
    return;
  acceptor_.async_accept(
      asio::any_io_executor{asio::make_strand(shared_->io->io)},
      [self = shared_from_this()](const error_code& why, auto socket) {
        self->accepted(why, std::move(socket));
      });
}

void listener::accepted(const error_code& why, tcp::socket socket) {
  if (why == asio::error::operation_aborted || !acceptor_.is_open())
    return;
  if (why) {
    // Out of descriptors or memory: some connection will end.
    retry_.expires_after(std::chrono::milliseconds{100});
    retry_.async_wait([self = shared_from_this()](const error_code&) { self->accept(); });
    return;
  }
  shared_->counters.accepted.fetch_add(1);
  error_code gone;
  auto remote = socket.remote_endpoint(gone);
  auto from = gone ? endpoint{} : from_asio(remote);
  if (auto slot = gone ? nullptr : connection_slot::take(shared_, from.address)) {
    any_stream stream{boost::beast::tcp_stream{std::move(socket)}, shared_->tls};
    auto made = std::make_shared<http_connection>(shared_, std::move(slot), std::move(stream), from);
    std::erase_if(connections_, [](const auto& known) { return known.expired(); });
    connections_.push_back(made);
    if (shared_->io->enroll(made))
      made->start();
  }
  accept();
}

void listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
  for (const auto& known : connections_)
    if (auto alive = known.lock())
      alive->shut_down();
  connections_.clear();
}

server_counters listener::counters() const {
  const auto& counted = shared_->counters;
  return {
      .connections = counted.connections,
      .accepted = counted.accepted,
      .over_limit = counted.over_limit,
      .over_address_limit = counted.over_address_limit,
      .tls_failures = counted.tls_failures,
      .bad_requests = counted.bad_requests,
      .upgrades = counted.upgrades,
      .refused_upgrades = counted.refused_upgrades,
      .requests = counted.requests,
      .oversized_bodies = counted.oversized_bodies,
      .timeouts = counted.timeouts,
  };
}

} // namespace

ip_address network_site(const ip_address& address) {
  if (address.family() == address_family::ipv4)
    return address;
  std::array<std::byte, 16> network{};
  std::copy_n(address.octets().begin(), 8, network.begin());
  return ip_address::v6(network);
}

result<std::shared_ptr<websocket_server>> websocket_server::listen(
    io_threads& io, server_config config, server_handlers handlers) {
  auto shared = std::make_shared<server_shared>();
  shared->io = io.state();
  if (config.tls) {
    auto made = make_server_context(*config.tls);
    if (!made)
      return made.error();
    shared->tls = std::move(*made);
  }
  shared->config = std::move(config);
  shared->handlers = std::move(handlers);
  auto made = std::make_shared<listener>(shared);
  if (auto why = made->open())
    return why;
  if (!io.state()->enroll(made))
    return net_errc::stopped;
  made->accept();
  return std::shared_ptr<websocket_server>{made};
}

} // namespace warren::net
