#include "tools/warren/api/node_routes.hpp"

#include "tools/warren/api/access.hpp"
#include "tools/warren/api/percent.hpp"
#include "tools/warren/output.hpp"

namespace warren::program {

namespace {

constexpr std::string_view prefix = "/v1/nodes/";

void get(const api_context& api, const std::string& soul, const responder_ptr& responder) {
  post(api.tasks, [database = api.database, soul, responder](caf::event_based_actor* self) {
    act::mail(self, get_node{soul})
        .request(database, actor_timeout)
        .then(
            [responder](const node_value& node) {
              // The two objects are JSON text already.
              auto body = "{\"soul\":" + to_line(node.soul) + ",\"fields\":" + node.fields_json
                          + ",\"states\":" + node.states_json + "}\n";
              responder->respond({200, "application/json", std::move(body), {}});
            },
            [responder](const caf::error& why) { respond_error(responder, why); });
  });
}

void store(
    caf::event_based_actor* self, const replicator_actor& database, put_fields what,
    const responder_ptr& responder) {
  auto soul = what.soul;
  act::mail(self, std::move(what))
      .request(database, actor_timeout)
      .then(
          [responder, soul] {
            responder->respond({200, "application/json", to_line({{"soul", soul}}) + "\n", {}});
          },
          [responder](const caf::error& why) { respond_error(responder, why); });
}

void put(
    const api_context& api, const std::string& soul, const std::string& body,
    const responder_ptr& responder) {
  post(api.tasks, [database = api.database, soul, body, responder](caf::event_based_actor* self) {
    store(self, database, put_fields{soul, body}, responder);
  });
}

/// Deletes one field, or all that the node has now.
void remove(
    const api_context& api, const std::string& soul, const std::optional<std::string>& field,
    const responder_ptr& responder) {
  post(api.tasks, [database = api.database, soul, field, responder](caf::event_based_actor* self) {
    act::mail(self, get_node{soul})
        .request(database, actor_timeout)
        .then(
            [self, database, soul, field, responder](const node_value& node) {
              auto fields = json::parse(node.fields_json, nullptr, false);
              auto nulls = json::object();
              for (const auto& [name, value] : fields.items())
                if (!field || name == *field)
                  nulls[name] = nullptr;
              if (nulls.empty())
                responder->respond(error_answer(404, "not_found", "the node has no such field"));
              else
                store(self, database, put_fields{soul, to_line(nulls)}, responder);
            },
            [responder](const caf::error& why) { respond_error(responder, why); });
  });
}

} // namespace

void serve_node(const api_context& api, const net::http_request& request, const responder_ptr& responder) {
  auto soul = percent_decode(std::string_view{request.path}.substr(prefix.size()));
  if (!soul)
    responder->respond(
        error_answer(400, "bad_request", "the path is /v1/nodes/SOUL with SOUL percent-encoded"));
  else if (soul->empty())
    responder->respond(error_answer(
        400, "bad_request", "the soul, the name of the node, is empty; give one after /v1/nodes/"));
  else if (request.method == "GET" || request.method == "HEAD")
    get(api, *soul, responder);
  else if (request.method == "PUT")
    put(api, *soul, request.body, responder);
  else if (request.method == "DELETE")
    remove(api, *soul, query_value(request.query, "field"), responder);
  else
    responder->respond(wrong_method("GET, HEAD, PUT, DELETE"));
}

} // namespace warren::program
