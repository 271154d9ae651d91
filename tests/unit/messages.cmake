warren_test(unit_messages unit
  SOURCES
    messages/buffer_pool_test.cpp
    messages/endpoint_test.cpp
    messages/peer_id_test.cpp
    messages/ring_queue_test.cpp
    messages/secret_bytes_test.cpp
    messages/timing_wheel_test.cpp
    messages/topic_test.cpp
  DEPENDS warren_messages nlohmann_json::nlohmann_json)
