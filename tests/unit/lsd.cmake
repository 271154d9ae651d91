warren_test(unit_lsd unit
  SOURCES
    lsd/bt_search_test.cpp
    lsd/local_discovery_test.cpp
  DEPENDS warren_lsd)
