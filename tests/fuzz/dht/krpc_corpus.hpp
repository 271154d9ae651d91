#pragma once

#include "tests/fuzz/dht/text_corpus.hpp"

/// One KRPC message of each kind.
inline std::vector<std::vector<std::uint8_t>> krpc_corpus() {
  return text_corpus({
      "d1:ad2:id20:abcdefghij0123456789e1:q4:ping2:roi1e1:t2:aa1:v4:WR011:y1:qe",
      "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz1234564:wantl2:n42:n6ee1:q9:find_node1:t2:"
      "aa1:y1:qe",
      "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe",
      "d1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:"
      "token8:"
      "aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe",
      "d2:ip6:abcdef1:rd2:id20:abcdefghij01234567895:nodes26:abcdefghijklmnopqrstuvwxyz5:token8:aoeusnth6:"
      "valuesl6:axje.u"
      "6:idhtnmee1:t2:aa1:v4:LT\2\b1:y1:re",
      "d1:rd2:id20:abcdefghij01234567896:nodes638:abcdefghijklmnopqrstuvwxyzabcdefghijkle1:t2:aa1:y1:re",
      "d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee",
  });
}
