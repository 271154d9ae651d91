warren_test(sim_crdt sim
  SOURCES
    crdt/bulk_sync_test.cpp
    crdt/convergence_test.cpp
    crdt/replica_net_test.cpp
  DEPENDS warren_crdt)
