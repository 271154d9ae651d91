warren_test(sim_session sim
  SOURCES
    session/channels_test.cpp
    session/close_test.cpp
    session/compression_test.cpp
    session/compression_violation_test.cpp
    session/hand_over_test.cpp
    session/handshake_test.cpp
    session/liveness_test.cpp
    session/older_peer_test.cpp
    session/records_test.cpp
    session/resume_test.cpp
  DEPENDS warren_session)
warren_test(sim_session_property sim
  SOURCES
    session/property_test.cpp
    session/udx_party.cpp
    session/urgent_message_test.cpp
  DEPENDS warren_session warren_udx warren_sim)
