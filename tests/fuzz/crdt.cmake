warren_fuzz(fuzz_sync_message crdt/sync_message_fuzz.cpp DEPENDS warren_messages)
warren_fuzz(fuzz_node_json crdt/node_json_fuzz.cpp DEPENDS warren_crdt)
warren_fuzz(fuzz_sync_session crdt/sync_session_fuzz.cpp DEPENDS warren_crdt)
