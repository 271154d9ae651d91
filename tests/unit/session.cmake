warren_test(unit_session unit
  SOURCES
    session/channel_table_test.cpp
    session/compressed_channel_test.cpp
    session/compression_policy_test.cpp
    session/compressor_test.cpp
    session/errc_test.cpp
    session/handshake_test.cpp
    session/liveness_test.cpp
    session/pipe_reader_test.cpp
    session/rate_meter_test.cpp
    session/record_layer_test.cpp
    session/resume_test.cpp
    session/retention_test.cpp
    session/session_record_test.cpp
    session/windows_test.cpp
  DEPENDS warren_session)
