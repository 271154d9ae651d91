// MESSAGE packets (udx.md section 14): unordered, unreliable, beside the stream.
#include "transports/udx/message_queue.hpp"
#include "transports/udx/stream.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::udx;

namespace {

struct subject {
  explicit subject(bool take_messages = true, std::string_view at = "127.0.0.1:4000")
      : remote{*endpoint::parse(at)}, stream{settings(remote, take_messages), now} {}

  static udx::config settings(const endpoint& remote, bool take_messages) {
    udx::config result;
    result.local_id = 0x01020304;
    result.remote_id = 0x11223344;
    result.remote = remote;
    result.take_messages = take_messages;
    return result;
  }

  void in(std::string_view hex) { stream.handle_packet(now, remote, *from_hex(hex)); }

  void message_in(std::string_view payload) {
    in("ff01080004030201000040000000000000000000" + to_hex(as_byte_view(payload)));
  }

  /// Returns what is sent now.
  std::vector<bytes> out(std::size_t room = 128 * 1024) {
    std::vector<std::byte> arena(room);
    transmit_batch batch{arena};
    stream.poll_transmit(now, batch);
    std::vector<bytes> result;
    for (std::size_t i = 0; i < batch.size(); ++i)
      result.emplace_back(batch[i].begin(), batch[i].end());
    return result;
  }

  std::vector<std::string> messages() {
    std::vector<std::string> result;
    while (auto message = stream.poll_message())
      result.emplace_back(as_text(*message));
    return result;
  }

  const udx::counters& counts() const { return stream.counters(); }

  time_point now{1h};
  endpoint remote;
  udx::stream stream;
};

bool is_message(const bytes& datagram) {
  auto parsed = parse_packet(datagram);
  return parsed && parsed->header.type == packet_type::message;
}

} // namespace

BOOST_AUTO_TEST_SUITE(udx_message)

BOOST_AUTO_TEST_CASE(the_captured_message_is_sent_and_understood) {
  // V4: seq 1 and ack 6 are what the exchange before has left.
  subject u;
  u.stream.write(as_byte_view("hello"));
  u.out();
  for (auto seq : {"00", "01", "02", "03", "04", "05"})
    u.in("ff0101000403020100004000" + std::string{seq} + "0000000100000061");
  u.out();
  BOOST_TEST(!u.stream.send_message(as_byte_view("msg!")));
  auto sent = u.out();
  BOOST_REQUIRE(sent.size() == 1u);
  // All six octets wait to be read, so the window has shrunk by them.
  BOOST_TEST(to_hex(sent[0]) == "ff01080044332211faff3f0001000000060000006d736721");
  u.stream.consume(6);
  u.out();
  u.stream.send_message(as_byte_view("msg!"));
  sent = u.out();
  BOOST_REQUIRE(sent.size() == 1u);
  BOOST_TEST(to_hex(sent[0]) == "ff010800443322110000400001000000060000006d736721");
  u.in("ff010800040302010000400006000000010000006d736721");
  BOOST_TEST((u.messages() == std::vector<std::string>{"msg!"}));
  BOOST_TEST(u.out().empty());
  BOOST_TEST(u.counts().messages_in == 1u);
  BOOST_TEST(u.counts().messages_out == 2u);
}

BOOST_AUTO_TEST_CASE(a_message_uses_no_sequence_number_and_is_never_repeated) {
  subject u;
  u.stream.send_message(as_byte_view("once"));
  BOOST_TEST(u.out().size() == 1u);
  BOOST_TEST(u.stream.all_acknowledged());
  BOOST_TEST(!u.stream.poll_timeout());
  u.stream.write(as_byte_view("data"));
  auto sent = u.out();
  BOOST_REQUIRE(sent.size() == 1u);
  BOOST_TEST(parse_packet(sent[0])->header.seq.value == 0u);
}

BOOST_AUTO_TEST_CASE(a_message_passes_a_closed_window) {
  subject u;
  u.in("ff01000004030201"
       "000000000100000000000000"); // rwnd 0
  u.stream.write(as_byte_view("waits"));
  u.stream.send_message(as_byte_view("passes"));
  auto sent = u.out();
  BOOST_TEST(std::count_if(sent.begin(), sent.end(), is_message) == 1);
}

BOOST_AUTO_TEST_CASE(the_ack_of_a_message_is_taken) {
  subject u;
  u.stream.write(as_byte_view("hello"));
  u.out();
  u.in("ff01080004030201000040000000000001000000");
  BOOST_TEST(u.stream.all_acknowledged());
  BOOST_TEST((u.messages() == std::vector<std::string>{""}));
}

BOOST_AUTO_TEST_CASE(an_empty_message_is_legal) {
  subject u;
  BOOST_TEST(!u.stream.send_message({}));
  auto sent = u.out();
  BOOST_REQUIRE(sent.size() == 1u);
  BOOST_TEST(to_hex(sent[0]) == "ff01080044332211000040000000000000000000");
}

BOOST_AUTO_TEST_CASE(a_message_longer_than_a_packet_carries_is_refused) {
  // udx.md section 14: mtu - 48, over IPv6 mtu - 68.
  for (auto [at, longest] : {std::pair{"127.0.0.1:4000", 1152u}, std::pair{"[::1]:4000", 1132u}}) {
    subject u{true, at};
    BOOST_TEST(u.stream.largest_message() == longest);
    bytes payload(longest);
    BOOST_TEST(!u.stream.send_message(payload));
    payload.push_back(std::byte{});
    BOOST_TEST((u.stream.send_message(payload) == udx::errc::message_too_long));
    auto sent = u.out();
    BOOST_REQUIRE(sent.size() == 1u);
    BOOST_TEST(sent[0].size() == header_size + longest);
    BOOST_TEST(u.counts().messages_unsent == 1u);
  }
}

BOOST_AUTO_TEST_CASE(only_a_few_messages_wait_to_be_sent) {
  subject u;
  for (std::size_t i = 0; i < message_queue::capacity; ++i)
    BOOST_TEST(!u.stream.send_message(as_byte_view("early")));
  BOOST_TEST((u.stream.send_message(as_byte_view("late")) == udx::errc::too_many_messages));
  BOOST_TEST(u.counts().messages_unsent == 1u);
  BOOST_TEST(u.out().size() == message_queue::capacity);
  BOOST_TEST(!u.stream.send_message(as_byte_view("again")));
}

BOOST_AUTO_TEST_CASE(messages_that_find_the_batch_full_go_with_the_next) {
  subject u;
  for (auto text : {"first", "second", "third"})
    u.stream.send_message(as_byte_view(text));
  BOOST_TEST(u.out(2 * header_size + 11).size() == 2u);
  auto rest = u.out();
  BOOST_REQUIRE(rest.size() == 1u);
  BOOST_TEST(as_text(parse_packet(rest[0])->payload) == "third");
}

BOOST_AUTO_TEST_CASE(only_a_few_messages_wait_to_be_taken_and_the_oldest_stay) {
  subject u;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < message_queue::capacity + 3; ++i) {
    u.message_in(std::to_string(i));
    if (i < message_queue::capacity)
      expected.push_back(std::to_string(i));
  }
  BOOST_TEST(u.counts().messages_dropped == 3u);
  BOOST_TEST((u.messages() == expected));
  u.message_in("later");
  BOOST_TEST((u.messages() == std::vector<std::string>{"later"}));
}

BOOST_AUTO_TEST_CASE(messages_that_nobody_wants_are_counted_and_ignored) {
  subject u{false};
  u.message_in("msg!");
  BOOST_TEST(u.messages().empty());
  BOOST_TEST(u.counts().messages_ignored == 1u);
  BOOST_TEST(u.counts().messages_in == 0u);
  BOOST_TEST(!u.stream.send_message(as_byte_view("ours go all the same")));
  BOOST_TEST(u.out().size() == 1u);
}

BOOST_AUTO_TEST_CASE(padding_before_a_message_is_skipped) {
  subject u;
  u.in("ff01080204030201000040000000000000000000"
       "00006d7367");
  BOOST_TEST((u.messages() == std::vector<std::string>{"msg"}));
}

BOOST_AUTO_TEST_CASE(what_waits_at_the_streams_end_is_not_sent) {
  subject u;
  u.message_in("for the reader");
  u.stream.send_message(as_byte_view("too late"));
  u.stream.destroy();
  auto sent = u.out();
  BOOST_TEST(std::count_if(sent.begin(), sent.end(), is_message) == 0);
  BOOST_TEST((u.stream.send_message(as_byte_view("later")) == udx::errc::stream_over));
  BOOST_TEST(u.counts().messages_unsent == 2u);
  u.message_in("after the end");
  BOOST_TEST((u.messages() == std::vector<std::string>{"for the reader"}));
}

BOOST_AUTO_TEST_CASE(a_message_too_long_for_another_path_is_not_sent_there) {
  subject u;
  u.stream.send_message(bytes(1152));
  u.stream.send_message(as_byte_view("short"));
  u.stream.change_remote(u.now, *endpoint::parse("[2001:db8::1]:4000"), 0x11223344);
  auto sent = u.out();
  BOOST_REQUIRE(sent.size() == 1u);
  BOOST_TEST(as_text(parse_packet(sent[0])->payload) == "short");
  BOOST_TEST(u.counts().messages_unsent == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
