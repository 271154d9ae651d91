warren_test(unit_udx unit
  SOURCES
    udx/direct_read_test.cpp
    udx/message_test.cpp
    udx/packet_test.cpp
    udx/parts_test.cpp
    udx/relay_test.cpp
    udx/send_store_test.cpp
    udx/stream_refusals_test.cpp
    udx/stream_vectors_test.cpp
    udx/tail_probe_test.cpp
  DEPENDS warren_udx)
