// The text of a record, a handshake payload and the resume frames: what decodes encodes to the same octets.
#include "messages/session_record.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>
#include <cstdlib>

using namespace warren;
using namespace warren::session;

namespace {

void same(byte_view a, byte_view b) {
  if (!std::equal(a.begin(), a.end(), b.begin(), b.end()))
    std::abort();
}

template <class T>
void check_body(byte_view input, std::optional<T> decoded) {
  if (!decoded)
    return;
  bytes out;
  wire::put(out, *decoded);
  same(byte_view{out}.subspan(wire::pipe_header_size), input);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_view input = std::as_bytes(std::span{data, size});
  byte_reader reader{input};
  while (!reader.rest().empty()) {
    auto before = reader.rest();
    auto frame = wire::take_frame(reader);
    if (!frame)
      break;
    bytes out;
    wire::put(out, *frame);
    same(out, before.first(before.size() - reader.rest().size()));
  }
  if (auto payload = wire::decode_handshake_payload(input)) {
    bytes out;
    wire::put(out, *payload);
    same(out, input);
  }
  check_body(input, wire::decode_resume_request(input));
  check_body(input, wire::decode_resume_challenge(input));
  check_body(input, wire::decode_resume_confirm(input));
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> corpus;
  auto add = [&](const bytes& octets) {
    corpus.emplace_back(as_u8(byte_view{octets}), as_u8(byte_view{octets}) + octets.size());
  };
  std::vector<wire::frame> frames{
      wire::ack{1, 2},
      wire::ping{},
      wire::rekey{},
      wire::admit{},
      wire::hand_over{15},
      wire::close{1, true},
      wire::channel_open{1, {}, 5},
      wire::channel_accept{1, 2, {}, 5},
      wire::channel_refuse{1},
      wire::channel_close{1},
      wire::channel_data{1, true, as_byte_view("content")},
      wire::channel_window{1, 2},
      wire::channel_finish{1},
      wire::channel_packed{1, 3, 2}};
  bytes all;
  for (const auto& f : frames) {
    bytes one;
    wire::put(one, f);
    add(one);
    put(all, one);
  }
  add(all);
  bytes payload;
  wire::put(payload, wire::handshake_payload{});
  add(payload);
  add(bytes(64));
  add(bytes(56));
  add(bytes(40));
  return corpus;
}
