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
      "d1:ad2:id20:abcdefghij01234567893:seqi5e6:target20:mnopqrstuvwxyz123456e1:q3:get1:t2:aa1:y1:qe",
      "d1:ad3:casi6e2:id20:abcdefghij01234567891:k32:kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk4:salt4:salt3:seqi7e3:"
      "sig64:"
      "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss5:token3:tok1:vl4:spamee1:q3:put1:t2:"
      "aa1:y1:qe",
      "d1:rd2:id20:abcdefghij01234567891:k32:kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk3:rdvi1e3:seqi3e3:sig64:"
      "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss5:token3:tok1:v5:hello2:wrl13:"
      "\6abcdefrecordee"
      "1:t2:aa1:y1:re",
      "d1:ad2:id20:abcdefghij01234567892:ih20:mnopqrstuvwxyz1234561:k32:kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk1:p5:"
      "hello5:"
      "token3:toke1:q3:rdv1:t2:aa1:y1:qe",
      "d1:ad4:from6:abcdef2:id20:abcdefghij01234567892:ih20:mnopqrstuvwxyz1234561:p5:helloe1:q3:rdv1:t2:aa1:"
      "y1:qe",
      "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234562:wri1ee1:q9:get_peers1:t2:aa1:y1:"
      "qe",
  });
}
