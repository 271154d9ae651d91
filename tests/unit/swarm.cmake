warren_test(unit_swarm unit
  SOURCES
    swarm/path_finder_test.cpp
    swarm/peer_book_test.cpp
    swarm/restart_policy_test.cpp
  DEPENDS warren_swarm)
