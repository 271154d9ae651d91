#include "tools/warren/api/percent.hpp"
#include "tools/warren/api_client.hpp"
#include "tools/warren/change_queue.hpp"
#include "tools/warren/stop_signal.hpp"
#include "transports/net/errc.hpp"
#include "transports/net/websocket_client.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <unistd.h>

namespace warren::program {

namespace {

struct watch_flags {
  api_flags api;
  std::string prefix;
};

/// Messages read ahead of what is printed.
constexpr std::size_t read_ahead = 16;

/// Why the link ended, and what to do.
std::string describe_end(const api_flags& flags, std::error_code why, const std::string& reason) {
  if (why == net::net_errc::timed_out || why == net::net_errc::silent)
    return describe_failure(flags, why);
  if (why == net::net_errc::refused)
    return flags.url + ": " + reason + "; check --api and --api-token";
  auto failed = why ? why.message() : std::string{"closed by the node"};
  return flags.url + ": " + (reason.empty() ? failed : reason)
         + "; check that the node runs, watch again, and export what was missed";
}

net::connect_options options_of(const api_flags& flags) {
  std::chrono::milliseconds limit{flags.timeout_ms};
  net::connect_options settings;
  settings.headers = api_fields(flags);
  settings.limits.largest_message = 16 * 1024 * 1024;
  settings.limits.handshake_timeout = limit;
  // The link ends after up to four intervals without any answer.
  settings.limits.ping_interval = std::max(limit / 4, std::chrono::milliseconds{1});
  return settings;
}

/// Writes the front of `text` without ever waiting: after POLLOUT a pipe takes PIPE_BUF octets at once.
void write_some(std::string_view& text) {
  auto n = write(STDOUT_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
  if (n < 0 && errno != EINTR && errno != EAGAIN && errno != EPIPE)
    throw failure{output_problem(errno)};
  text.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
}

/// Prints the changes as far as somebody reads them. Returns why the link ended; nothing when a signal came or nobody reads
/// any more, which is how one leaves a watch.
std::optional<std::string> print_changes(
    change_queue& changes, stop_signal& stop, net::websocket_link& link) {
  bytes message;
  std::string_view left;
  for (;;) {
    std::array<pollfd, 2> ready{
        {{STDOUT_FILENO, static_cast<short>(left.empty() ? 0 : POLLOUT), 0},
         {changes.descriptor(), static_cast<short>(left.empty() ? POLLIN : 0), 0}}};
    if (stop.wait_with(ready) || (ready[0].revents & ~POLLOUT) != 0)
      return std::nullopt;
    if (!left.empty()) {
      write_some(left);
      if (left.empty())
        link.grant_reads(1);
      continue;
    }
    auto next = changes.take();
    if (next.ended)
      return next.ended;
    message = std::move(next.message);
    left = as_text(message);
  }
}

void run_watch(const watch_flags& given) {
  auto where = api_url(given.api);
  where.scheme = net::url_scheme::ws;
  where.path = "/v1/watch?prefix=" + percent_encode(given.prefix);
  stop_signal stop;
  change_queue changes;
  net::io_threads io;
  net::websocket_handlers handlers;
  handlers.on_message = [&changes](bytes message, net::message_kind) { changes.push(std::move(message)); };
  handlers.on_closed = [&](std::error_code why, const std::string& reason) {
    changes.end(describe_end(given.api, why, reason));
  };
  auto link = net::websocket_connect(io, where, options_of(given.api), std::move(handlers));
  link->grant_reads(read_ahead);
  auto problem = print_changes(changes, stop, *link);
  io.stop();
  if (problem)
    throw failure{*problem};
}

} // namespace

void add_watch(CLI::App& app) {
  auto given = std::make_shared<watch_flags>();
  auto sub = app.add_subcommand("watch", "print every change as a line of JSON until stopped");
  sub->add_option("PREFIX", given->prefix, "only nodes whose names begin so");
  add_api_flags(*sub, given->api, time_limit::silence);
  sub->callback([given] { run_watch(*given); });
}

} // namespace warren::program
