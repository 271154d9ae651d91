warren_fuzz(fuzz_dial_endpoint ${CMAKE_CURRENT_LIST_DIR}/dial/endpoint_fuzz.cpp DEPENDS warren_dial)
