warren_test(unit_relay unit
  SOURCES
    relay/client_circuits_test.cpp
    relay/client_link_test.cpp
    relay/frame_test.cpp
    relay/outbox_test.cpp
    relay/parts_test.cpp
    relay/server_limits_test.cpp
    relay/server_test.cpp
  DEPENDS warren_relay warren_crypto)
