#include "tools/warren/api_client.hpp"

namespace warren::program {

void add_put(CLI::App& app) {
  struct flags {
    api_flags api;
    std::string soul;
    std::string fields;
  };
  auto given = std::make_shared<flags>();
  auto sub = app.add_subcommand("put", "merge fields into a node; returns when they are on disk");
  sub->add_option("SOUL", given->soul, "name of the node")->required();
  sub->add_option("JSON", given->fields, "object of fields, such as {\"age\": 30}; null deletes a field")
      ->required();
  add_api_flags(*sub, given->api);
  sub->callback([given] {
    if (!json::accept(given->fields) || !json::parse(given->fields).is_object())
      throw usage_error{"JSON \"" + given->fields + "\" is refused; allowed: one JSON object"};
    checked(given->api, api_client(given->api)->request("PUT", node_target(given->soul), given->fields));
    if (given->api.json)
      output{true}.event({{"event", "stored"}, {"soul", given->soul}});
  });
}

} // namespace warren::program
