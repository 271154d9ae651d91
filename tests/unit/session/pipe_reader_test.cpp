#include "transports/session/pipe_reader.hpp"

#include "tests/support/seeded_random.hpp"
#include "transports/session/errc.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::session;

namespace {

bytes frame(wire::pipe_frame_kind kind, std::string_view body) {
  bytes out;
  wire::put_pipe_header(out, kind, body.size());
  put(out, as_byte_view(body));
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(pipe_readers)

BOOST_AUTO_TEST_CASE(frames_are_the_same_however_the_stream_is_cut) {
  bytes stream;
  std::vector<std::string> bodies{"", "a", "hello", std::string(500, 'x'), ""};
  for (const auto& body : bodies)
    put(stream, frame(wire::pipe_frame_kind::record, body));
  test::seeded_random random{1};
  for (int round = 0; round < 200; ++round) {
    pipe_reader reader{512};
    std::vector<std::string> read;
    byte_view rest = stream;
    while (!rest.empty()) {
      auto n = std::min<std::size_t>(rest.size(), 1 + random.below(round % 2 ? 5 : 400));
      bytes piece = to_bytes(rest.first(n)); // its own memory, so that a kept view would be seen
      rest = rest.subspan(n);
      byte_view input = piece;
      for (;;) {
        auto next = reader.next(input);
        BOOST_REQUIRE(next);
        if (!*next)
          break;
        BOOST_TEST(((*next)->header.data() + 3 == (*next)->body.data()));
        read.emplace_back(as_text((*next)->body));
      }
      BOOST_TEST(input.empty());
    }
    BOOST_TEST(read == bodies);
    BOOST_TEST(!reader.in_frame());
  }
}

BOOST_AUTO_TEST_CASE(memory_is_given_back_between_frames_and_not_within_one) {
  auto whole = frame(wire::pipe_frame_kind::record, "hello");
  pipe_reader reader{512};
  for (int round = 0; round < 2; ++round)
    for (std::size_t at = 0; at < whole.size(); ++at) {
      auto octet = byte_view{whole}.subspan(at, 1);
      auto next = reader.next(octet);
      BOOST_REQUIRE(next);
      auto last = at + 1 == whole.size();
      BOOST_REQUIRE(bool(*next) == last);
      if (last)
        BOOST_TEST(as_text((*next)->body) == "hello");
      BOOST_TEST(reader.in_frame() == !last);
      reader.release_spare();
      BOOST_TEST((reader.spare() > 0) == !last);
    }
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_limit_is_refused_before_the_frame_is_there) {
  auto big = frame(wire::pipe_frame_kind::record, std::string(512, 'x'));
  pipe_reader reader{512};
  byte_view whole = big;
  BOOST_TEST((reader.next(whole).error() == errc::oversized_frame));
  pipe_reader by_octet{512};
  byte_view first = byte_view{big}.first(1);
  BOOST_REQUIRE(by_octet.next(first));
  byte_view second = byte_view{big}.subspan(1, 1);
  BOOST_TEST((by_octet.next(second).error() == errc::oversized_frame));
  pipe_reader larger{513};
  whole = big;
  BOOST_TEST(bool(larger.next(whole)));
}

BOOST_AUTO_TEST_CASE(a_frame_without_a_kind_is_refused) {
  bytes empty(2);
  pipe_reader reader{512};
  byte_view input = empty;
  BOOST_TEST((reader.next(input).error() == errc::malformed_frame));
}

BOOST_AUTO_TEST_SUITE_END()
