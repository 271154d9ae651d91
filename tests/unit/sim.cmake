warren_test(unit_sim unit
  SOURCES
    sim/nat_test.cpp
    sim/network_test.cpp
  DEPENDS warren_sim)
