warren_test(unit_dht unit
  SOURCES
    dht/bencode_test.cpp
    dht/bootstrap_test.cpp
    dht/errc_test.cpp
    dht/external_votes_test.cpp
    dht/krpc_test.cpp
    dht/lookup_test.cpp
    dht/node_test.cpp
    dht/peer_store_test.cpp
    dht/rate_limiter_test.cpp
    dht/responder_test.cpp
    dht/routing_table_test.cpp
    dht/rpc_test.cpp
    dht/saved_table_test.cpp
    dht/search_test.cpp
    dht/secure_id_test.cpp
    dht/token_store_test.cpp
    dht/warm_set_test.cpp
  DEPENDS warren_dht)
