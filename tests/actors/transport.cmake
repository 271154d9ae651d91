warren_test(actors_transport actors
  SOURCES
    transport/connection_test.cpp
    transport/deadline_test.cpp
    transport/ending_test.cpp
    transport/inbound_limits_test.cpp
    transport/kill_test.cpp
    transport/leaving_test.cpp
    transport/local_discovery_test.cpp
    transport/messages_test.cpp
    transport/mode_test.cpp
    transport/path_test.cpp
    transport/relay_mode_test.cpp
    transport/routing_table_test.cpp
    transport/saved_table_test.cpp
    transport/session_directory_test.cpp
    transport/timer_queue_test.cpp
    transport/udp_port_test.cpp
    transport/udx_pipe_test.cpp
    transport/unexpected_message_test.cpp
    transport/wake_ups_test.cpp
  DEPENDS warren_actors)
target_precompile_headers(actors_transport PRIVATE <caf/all.hpp>
  "${PROJECT_SOURCE_DIR}/messages/types.hpp")
