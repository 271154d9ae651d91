#include "transports/session/record_layer.hpp"

#include "transports/session/errc.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::session;

namespace {

struct two_ends {
  time_point now{};
  record_sealer sealer{noise::cipher_state{crypto::secret<32>{}}, 1000, std::chrono::hours{1}, now};
  record_opener opener{noise::cipher_state{crypto::secret<32>{}}};

  bytes seal(std::string_view text) {
    record_text frames;
    put(frames.frames(), as_byte_view(text));
    record_buffer record;
    sealer.seal(frames, record);
    return to_bytes(record.view());
  }

  result<byte_view> open(byte_view record) {
    return opener.open(record.first(wire::record_header_size), record.subspan(wire::record_header_size));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(record_layer, two_ends)

BOOST_AUTO_TEST_CASE(records_open_in_the_order_they_were_sealed) {
  auto first = seal("first");
  auto second = seal("second");
  BOOST_TEST(to_hex(byte_view{first}.first(7)) == "001a0600000000");
  BOOST_TEST(to_hex(byte_view{second}.first(7)) == "001b0600000001");
  BOOST_TEST((open(second).error() == errc::tampered_record));
  BOOST_TEST(as_text(*open(first)) == "first");
  BOOST_TEST((open(first).error() == errc::tampered_record));
  BOOST_TEST(as_text(*open(second)) == "second");
  BOOST_TEST(opener.next() == 2);
}

BOOST_AUTO_TEST_CASE(the_memory_of_an_opened_text_is_given_back) {
  auto large = seal(std::string(1000, 'x'));
  BOOST_REQUIRE(open(large));
  BOOST_TEST(opener.spare() >= 1000u);
  opener.release_spare();
  BOOST_TEST(opener.spare() == 0u);
  BOOST_TEST(as_text(*open(seal("next"))) == "next");
}

BOOST_AUTO_TEST_CASE(the_header_is_part_of_the_seal) {
  for (std::size_t bit = 0; bit < 7 * 8; ++bit) {
    two_ends ends;
    auto record = ends.seal("text");
    record[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    BOOST_TEST((ends.open(record).error() == errc::tampered_record));
  }
}

BOOST_AUTO_TEST_CASE(a_record_without_room_for_a_tag_is_truncated) {
  BOOST_TEST((opener.open(bytes(7), bytes(15)).error() == errc::truncated_record));
  BOOST_TEST((opener.open(bytes(7), bytes(16)).error() == errc::tampered_record));
}

BOOST_AUTO_TEST_CASE(the_longest_record_fits) {
  auto record = seal(std::string(wire::max_record_text, 'x'));
  BOOST_TEST(record.size() == 2 + wire::max_pipe_frame);
  BOOST_TEST(bool(open(record)));
}

BOOST_AUTO_TEST_CASE(contents_sealed_from_where_they_lie_read_like_copied_ones) {
  auto large = std::make_shared<bytes>(20'000, std::byte{'l'});
  large->back() = std::byte{'!'};
  wire::channel_data long_one{7, false, *large};
  wire::channel_data short_one{7, true, as_byte_view("short")};
  record_text frames;
  bytes copied;
  for (const auto& each : {short_one, long_one, long_one, short_one}) {
    frames.put_data(each, large);
    wire::put(copied, each);
  }
  large.reset(); // the text holds what it borrows
  BOOST_TEST(frames.size() == copied.size());
  BOOST_TEST(frames.frames().size() < 100);
  record_buffer record;
  sealer.seal(frames, record);
  BOOST_TEST((to_bytes(*open(record.view())) == copied));
  frames.clear();
  BOOST_TEST(frames.empty());
  BOOST_TEST(frames.pieces().empty());
}

BOOST_AUTO_TEST_CASE(a_new_key_is_due_by_count_and_by_time) {
  for (int i = 0; i < 999; ++i) {
    BOOST_TEST(!sealer.rekey_due(now));
    seal("");
  }
  BOOST_TEST(sealer.rekey_due(now)); // the thousandth carries the rekey frame
  seal("");
  sealer.rekey(now);
  BOOST_TEST(!sealer.rekey_due(now));
  BOOST_TEST(!sealer.rekey_due(now + std::chrono::minutes{59}));
  BOOST_TEST(sealer.rekey_due(now + std::chrono::minutes{60}));
}

BOOST_AUTO_TEST_CASE(after_a_rekey_both_sides_go_on_with_the_next_number) {
  BOOST_TEST(bool(open(seal("a"))));
  sealer.rekey(now);
  auto next = seal("b");
  BOOST_TEST((open(next).error() == errc::tampered_record));
  opener.rekey();
  BOOST_TEST(as_text(*open(next)) == "b");
  BOOST_TEST(opener.next() == 2);
}

BOOST_AUTO_TEST_CASE(a_key_used_too_long_is_refused_by_the_receiver) {
  record_sealer tireless{
      noise::cipher_state{crypto::secret<32>{}}, max_records_per_key, std::chrono::hours{1}, now};
  record_text nothing;
  record_buffer record;
  for (std::uint64_t i = 0; i < max_records_per_key; ++i) {
    tireless.seal(nothing, record);
    BOOST_REQUIRE(open(record.view()));
  }
  tireless.seal(nothing, record);
  BOOST_TEST((open(record.view()).error() == errc::rekey_overdue));
}

BOOST_AUTO_TEST_SUITE_END()
