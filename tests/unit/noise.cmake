warren_test(unit_noise unit
  SOURCES
    noise/cipher_state_test.cpp
    noise/handshake_state_test.cpp
    noise/pattern_test.cpp
    noise/vectors_test.cpp
  DEPENDS warren_noise nlohmann_json::nlohmann_json)
