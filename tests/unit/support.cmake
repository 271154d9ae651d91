warren_test(unit_support unit
  SOURCES
    support/sim_network_test.cpp
  DEPENDS warren_messages)
