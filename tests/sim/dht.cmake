warren_test(sim_dht sim
  SOURCES
    dht/swarm_test.cpp
  DEPENDS warren_dht_sim)
warren_test(sim_dht_flood sim
  SOURCES
    dht/flood_test.cpp
  DEPENDS warren_dht_sim)
warren_test(sim_dht_scale sim
  SOURCES
    dht/scale_test.cpp
  DEPENDS warren_dht_sim)
