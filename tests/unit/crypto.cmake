warren_test(unit_crypto unit
  SOURCES
    crypto/blake2_test.cpp
    crypto/chacha20_poly1305_test.cpp
    crypto/identity_test.cpp
    crypto/secret_test.cpp
    crypto/sha1_test.cpp
    crypto/x25519_test.cpp
  DEPENDS warren_crypto nlohmann_json::nlohmann_json)
