warren_test(actors_replicator actors
  SOURCES
    replicator/replicator_peers_test.cpp
    replicator/replicator_store_test.cpp
    replicator/replicator_test.cpp
  DEPENDS warren_crdt_bridge)
target_precompile_headers(actors_replicator PRIVATE <caf/all.hpp> "${PROJECT_SOURCE_DIR}/messages/types.hpp")
