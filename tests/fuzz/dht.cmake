warren_fuzz(fuzz_bencode ${CMAKE_CURRENT_LIST_DIR}/dht/bencode_fuzz.cpp DEPENDS warren_messages)
warren_fuzz(fuzz_krpc ${CMAKE_CURRENT_LIST_DIR}/dht/krpc_fuzz.cpp DEPENDS warren_messages)
warren_fuzz(fuzz_dht_node ${CMAKE_CURRENT_LIST_DIR}/dht/node_fuzz.cpp DEPENDS warren_dht)
