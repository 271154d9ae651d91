warren_test(unit_dial unit
  SOURCES
    dial/control_packet_test.cpp
    dial/endpoint_test.cpp
    dial/limits_test.cpp
  DEPENDS warren_dial)
