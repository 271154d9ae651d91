warren_test(unit_net unit
  SOURCES
    net/http_client_test.cpp
    net/http_date_test.cpp
    net/http_test.cpp
    net/own_addresses_test.cpp
    net/raw_client.cpp
    net/receive_pace_test.cpp
    net/route_news_test.cpp
    net/server_limits_test.cpp
    net/test_certificates.cpp
    net/udp_loop_test.cpp
    net/udp_test.cpp
    net/url_test.cpp
    net/websocket_test.cpp
  DEPENDS warren_net OpenSSL::SSL OpenSSL::Crypto)
