warren_test(unit_crdt unit
  SOURCES
    crdt/clock_test.cpp
    crdt/digest_test.cpp
    crdt/graph_engine_test.cpp
    crdt/graph_item_test.cpp
    crdt/ham_table_test.cpp
    crdt/js_text_test.cpp
    crdt/node_json_test.cpp
    crdt/replica_test.cpp
    crdt/sync_message_test.cpp
    crdt/sync_session_test.cpp
  DEPENDS warren_crdt)
warren_test(unit_crdt_store unit
  SOURCES
    crdt/sqlite_crash_test.cpp
    crdt/sqlite_faults_test.cpp
    crdt/sqlite_store_test.cpp
  DEPENDS warren_crdt SQLite::SQLite3)
