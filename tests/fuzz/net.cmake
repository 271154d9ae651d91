warren_fuzz(fuzz_net_url ${CMAKE_CURRENT_LIST_DIR}/net/url_fuzz.cpp DEPENDS warren_net)
warren_fuzz(fuzz_route_news ${CMAKE_CURRENT_LIST_DIR}/net/route_news_fuzz.cpp DEPENDS warren_net)
