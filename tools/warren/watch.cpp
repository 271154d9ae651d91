#include "tools/warren/api/percent.hpp"
#include "tools/warren/api_client.hpp"
#include "tools/warren/stop_signal.hpp"
#include "transports/net/websocket_client.hpp"

namespace warren::program {

namespace {

struct watch_flags {
  api_flags api;
  std::string prefix;
};

/// Messages read ahead of what is printed.
constexpr std::size_t read_ahead = 16;

void run_watch(const watch_flags& given) {
  auto where = api_url(given.api);
  where.scheme = net::url_scheme::ws;
  where.path = "/v1/watch?prefix=" + percent_encode(given.prefix);
  stop_signal stop;
  net::io_threads io;
  net::connect_options settings;
  settings.headers = api_fields(given.api);
  settings.limits.largest_message = 16 * 1024 * 1024;
  std::shared_ptr<net::websocket_link> link;
  net::websocket_handlers handlers;
  handlers.on_message = [&link](const bytes& message, net::message_kind) {
    std::fwrite(message.data(), 1, message.size(), stdout);
    std::fflush(stdout);
    link->grant_reads(1);
  };
  handlers.on_closed = [&](std::error_code why, const std::string& reason) {
    stop.request(
        given.api.url + ": " + (reason.empty() ? (why ? why.message() : "closed by the node") : reason));
  };
  link = net::websocket_connect(io, where, std::move(settings), std::move(handlers));
  link->grant_reads(read_ahead);
  auto problem = stop.wait();
  io.stop();
  if (problem)
    throw failure{*problem};
}

} // namespace

void add_watch(CLI::App& app) {
  auto given = std::make_shared<watch_flags>();
  auto sub = app.add_subcommand("watch", "print every change as a line of JSON until stopped");
  sub->add_option("PREFIX", given->prefix, "only nodes whose names begin so");
  add_api_flags(*sub, given->api);
  sub->callback([given] { run_watch(*given); });
}

} // namespace warren::program
