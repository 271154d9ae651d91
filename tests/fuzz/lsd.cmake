warren_fuzz(fuzz_bt_search ${CMAKE_CURRENT_LIST_DIR}/lsd/bt_search_fuzz.cpp DEPENDS warren_lsd)
