warren_test(unit_config unit
  SOURCES
    actors/config_test.cpp
    actors/conversation_test.cpp
    actors/hand_off_test.cpp
    actors/identity_file_test.cpp
    actors/option_table_test.cpp
    actors/peer_silence_test.cpp
    actors/stream_settings_test.cpp
    actors/table_keeper_test.cpp
  DEPENDS warren_actors)
