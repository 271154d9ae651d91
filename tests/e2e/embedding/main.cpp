#include <actors/config.hpp>
#include <actors/interfaces.hpp>
#include <crdt_bridge/replicator.hpp>

#include <iostream>

int main(int argc, char** argv) {
  warren::config settings; // config file, --warren.bind=..., WARREN_BOOTSTRAP=...
  auto failed = [](const caf::error& why) { std::cerr << warren::describe(why) << '\n'; };
  if (auto refused = settings.read({argv + 1, argv + argc}, warren::process_environment()))
    return failed(refused), 2;
  caf::actor_system system{settings};
  auto transport = warren::make_transport(system, settings.transport());
  if (!transport)
    return failed(transport.error()), 1;
  auto database = warren::spawn_replicator(system, {.database = "my-database", .directory = "my-data"});
  if (!database)
    return failed(database.error()), 1;
  caf::scoped_actor self{system};
  auto join =
      warren::join(*database, warren::topic::of("my-database")); // from here on it is in sync with every peer
  self->request(*transport, caf::infinite, join).receive([] {}, failed);
  warren::put_fields put{"alice", R"({"age": 30})"};
  self->request(*database, caf::infinite, put).receive([] { std::cout << "on disk\n"; }, failed);
  auto print = [](const warren::node_value& node) { std::cout << node.fields_json << '\n'; };
  self->request(*database, caf::infinite, warren::get_node{"alice"}).receive(print, failed);
  self->request(*transport, caf::infinite, warren::disconnect{}).receive([] {}, failed);
  self->send_exit(*transport, caf::exit_reason::user_shutdown);
  self->send_exit(*database, caf::exit_reason::user_shutdown);
}
