warren_test(sim_udx sim
  SOURCES
    udx/stream_test.cpp
  DEPENDS warren_udx warren_sim)
