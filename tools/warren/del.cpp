#include "tools/warren/api/percent.hpp"
#include "tools/warren/api_client.hpp"

namespace warren::program {

void add_del(CLI::App& app) {
  struct flags {
    api_flags api;
    std::string soul;
    std::string field;
  };
  auto given = std::make_shared<flags>();
  auto sub = app.add_subcommand("del", "delete one field of a node; returns when that is on disk");
  sub->add_option("SOUL", given->soul, "name of the node")->required();
  sub->add_option("FIELD", given->field, "name of the field")->required();
  add_api_flags(*sub, given->api);
  sub->callback([given] {
    auto target = node_target(given->soul) + "?field=" + percent_encode(given->field);
    checked(given->api, api_client(given->api)->request("DELETE", target));
    if (given->api.json)
      output{true}.event({{"event", "deleted"}, {"soul", given->soul}, {"field", given->field}});
  });
}

} // namespace warren::program
