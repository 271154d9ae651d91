warren_test(sim_session sim
  SOURCES
    session/handshake_test.cpp
    session/channels_test.cpp
  DEPENDS warren_session)
