#include "tools/warren/api/api_server.hpp"

#include "tools/warren/api/dashboard.hpp"
#include "tools/warren/api/export_stream.hpp"
#include "tools/warren/api/import_stream.hpp"
#include "tools/warren/api/node_routes.hpp"
#include "tools/warren/api/percent.hpp"
#include "tools/warren/api/status_routes.hpp"
#include "tools/warren/api/watch_session.hpp"
#include "tools/warren/command.hpp"

#include <algorithm>
#include <array>

namespace warren::program {

struct api_server::routes {
  api_context api;
  api_access access;
  std::weak_ptr<net::websocket_server> server;

  net::server_counters own_counters() const {
    auto alive = server.lock();
    return alive ? alive->counters() : net::server_counters{};
  }

  void serve(const net::http_request& request, const responder_ptr& responder) const {
    if (request.path == "/" || request.path == "/healthz")
      return serve_public(request, responder);
    if (auto refused = access.refusal(request))
      return responder->respond(std::move(*refused));
    if (request.path.starts_with("/v1/nodes/"))
      return serve_node(api, request, responder);
    serve_whole(request, responder);
  }

  /// What everyone may see: it tells nothing of the database.
  static void serve_public(const net::http_request& request, const responder_ptr& responder) {
    if (!is_reading(request))
      responder->respond(wrong_method("GET, HEAD"));
    else if (request.path == "/healthz")
      responder->respond({200, "text/plain", "ok\n", {}});
    else
      responder->respond(
          {200,
           "text/html; charset=utf-8",
           std::string{dashboard_page()},
           {{"Content-Security-Policy", std::string{dashboard_policy()}}}});
  }

  /// The paths that stand for one thing and are either read or posted to.
  void serve_whole(const net::http_request& request, const responder_ptr& responder) const {
    if (request.path == "/v1/import") {
      if (request.method == "POST")
        serve_import(api, responder);
      else
        responder->respond(wrong_method("POST"));
      return;
    }
    static constexpr std::array<std::string_view, 4> read{
        "/v1/export", "/v1/status", "/v1/watch", "/metrics"};
    if (std::find(read.begin(), read.end(), request.path) == read.end())
      responder->respond(error_answer(404, "not_found", "there is nothing at " + request.path));
    else if (!is_reading(request))
      responder->respond(wrong_method("GET, HEAD"));
    else if (request.path == "/v1/export")
      serve_export(api, request.method == "HEAD", responder);
    else if (request.path == "/v1/status")
      serve_status(api, responder);
    else if (request.path == "/v1/watch")
      responder->respond(watch_only_upgraded());
    else
      serve_metrics(api, own_counters(), responder);
  }

  static bool is_reading(const net::http_request& request) {
    return request.method == "GET" || request.method == "HEAD";
  }

  static net::http_response watch_only_upgraded() {
    auto answer = error_answer(426, "upgrade_required", "/v1/watch is a WebSocket; connect to it as one");
    answer.fields = {{"Upgrade", "websocket"}, {"Connection", "upgrade"}};
    return answer;
  }

  std::optional<net::websocket_handlers> upgrade(
      const net::http_request& request, const std::shared_ptr<net::websocket_link>& link) const {
    if (request.path != "/v1/watch" || access.refusal(request))
      return std::nullopt;
    return serve_watch(api, query_value(request.query, "prefix").value_or(""), link);
  }

  net::http_response refused_upgrade(const net::http_request& request) const {
    return access.refusal(request).value_or(
        error_answer(404, "not_found", "there is no WebSocket at " + request.path));
  }
};

api_server::api_server(
    net::io_threads& io, const endpoint& listen, caf::actor_system& system, transport_actor transport,
    replicator_actor database, std::string token)
    : routes_{std::make_shared<routes>(routes{
        {system, std::move(transport), std::move(database), spawn_task_actor(system)},
        {std::move(token)},
        {}})} {
  net::server_config config;
  config.listen = listen;
  net::server_handlers handlers;
  handlers.on_request = [shared = routes_](const net::http_request& request, const responder_ptr& responder) {
    shared->serve(request, responder);
  };
  handlers.stream_body = [](const net::http_request& request) { return request.path == "/v1/import"; };
  handlers.on_upgrade = [shared = routes_](const auto& request, const auto& link) {
    return shared->upgrade(request, link);
  };
  handlers.on_upgrade_refused = [shared = routes_](const net::http_request& request) {
    return shared->refused_upgrade(request);
  };
  auto server = net::websocket_server::listen(io, config, std::move(handlers));
  if (!server) {
    caf::anon_send_exit(routes_->api.tasks, caf::exit_reason::user_shutdown);
    throw failure{
        "cannot listen on " + to_string(listen) + ": " + server.error().message() + "; give another --api"};
  }
  server_ = *server;
  routes_->server = server_;
}

api_server::~api_server() {
  if (server_)
    server_->stop();
  caf::anon_send_exit(routes_->api.tasks, caf::exit_reason::user_shutdown);
}

} // namespace warren::program
