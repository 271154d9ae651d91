warren_test(sim_dial sim
  SOURCES
    dial/endpoint_test.cpp
  DEPENDS warren_dial warren_sim)
