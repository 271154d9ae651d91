warren_test(sim_relay sim SOURCES relay/relay_test.cpp relay/relay_world.cpp DEPENDS warren_relay)
