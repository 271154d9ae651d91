warren_fuzz(fuzz_udx_stream ${CMAKE_CURRENT_LIST_DIR}/udx/stream_fuzz.cpp DEPENDS warren_udx)
