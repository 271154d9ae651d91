warren_fuzz(fuzz_net_url ${CMAKE_CURRENT_LIST_DIR}/net/url_fuzz.cpp DEPENDS warren_net)
