warren_test(sim_udx sim
  SOURCES
    udx/property_test.cpp
    udx/relay_test.cpp
    udx/stream_test.cpp
  DEPENDS warren_udx warren_sim)
warren_test(sim_udx_ladder sim
  SOURCES
    udx/bulk_path.cpp
    udx/ladder_test.cpp
  DEPENDS warren_udx warren_sim)
