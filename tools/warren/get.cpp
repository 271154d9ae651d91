#include "tools/warren/api_client.hpp"

namespace warren::program {

void add_get(CLI::App& app) {
  struct flags {
    api_flags api;
    std::string soul;
    std::string field;
  };
  auto given = std::make_shared<flags>();
  auto sub = app.add_subcommand("get", "print a node's fields, or one field's value, as JSON");
  sub->add_option("SOUL", given->soul, "name of the node")->required();
  auto field = sub->add_option("FIELD", given->field, "name of a field");
  add_api_flags(*sub, given->api);
  sub->callback([given, field] {
    auto body = checked(given->api, api_client(given->api)->request("GET", node_target(given->soul)));
    auto fields = json::parse(body, nullptr, false).value("fields", json::object());
    if (field->count() > 0 && !fields.contains(given->field))
      throw failure{"node \"" + given->soul + "\" has no field \"" + given->field + "\""};
    std::printf("%s\n", to_line(field->count() > 0 ? fields[given->field] : fields).c_str());
  });
}

} // namespace warren::program
