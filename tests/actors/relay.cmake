warren_test(actors_relay actors
  SOURCES
    relay/relay_circuit_test.cpp
    relay/relay_link_test.cpp
    relay/relay_server_test.cpp
    relay/relay_tls_test.cpp
    ${PROJECT_SOURCE_DIR}/tests/unit/net/test_certificates.cpp
  DEPENDS warren_actors OpenSSL::SSL OpenSSL::Crypto)
