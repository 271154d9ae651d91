warren_fuzz(fuzz_relay_client relay/client_fuzz.cpp DEPENDS warren_relay)
warren_fuzz(fuzz_relay_frame relay/frame_fuzz.cpp DEPENDS warren_messages)
warren_fuzz(fuzz_relay_server relay/server_fuzz.cpp DEPENDS warren_relay)
