// Frames of an authenticated but hostile peer against the channel table: it stays within its bounds whatever they say.
#include "messages/session_record.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/session/channel_table.hpp"
#include "transports/session/compressor.hpp"

#include <cstdlib>

using namespace warren;
using namespace warren::session;

namespace {

const topic common = topic::of("db");
const std::array<std::byte, 32> handshake_hash{};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_view input = std::as_bytes(std::span{data, size});
  limits bounds;
  bounds.receive_window = 10'000;
  bounds.channels = 8;
  bounds.incomplete_bytes = 3000;
  outputs out;
  channel_table table{bounds, role::responder, out};
  table.start(handshake_hash);
  table.negotiate_compression();
  table.use_compression(size % 2 == 0);
  if (table.join(common, {}) || table.join(topic::of("other"), {}))
    std::abort();
  time_point now = time_point{} + std::chrono::hours{1};
  table.request_opens(now);
  byte_reader reader{input};
  for (bool violated = false; !violated && !reader.rest().empty();) {
    auto frame = wire::take_frame(reader);
    if (!frame)
      break;
    violated = std::visit(
        [&](const auto& f) {
          if constexpr (requires { table.on_frame(now, f); })
            return bool(table.on_frame(now, f));
          else
            return false;
        },
        *frame);
    for (auto& e : out.events)
      if (auto* opened = std::get_if<channel_opened>(&e); opened && !table.check_write(opened->channel, 2000))
        table.push(opened->channel, shared_octets{bytes(2000)});
    out.events.clear();
    record_text record;
    table.request_opens(now);
    table.fill_windows(record, 5000);
    table.fill_data(record, 5000);
    if (record.size() > 5000)
      std::abort();
  }
  table.leave(common);
  table.stop();
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  auto proof = topic_proof(handshake_hash, role::initiator, common, {});
  auto other = topic_proof(handshake_hash, role::initiator, topic::of("other"), {});
  auto frame = *compress(bytes(5000), 5000);
  byte_view packed = frame;
  auto size_of = [](byte_view octets) { return static_cast<std::uint32_t>(octets.size()); };
  std::vector<std::vector<wire::frame>> runs{
      {wire::channel_open{5, proof, 1000}, wire::channel_data{1, false, as_byte_view("x")},
       wire::channel_data{1, true, as_byte_view("y")}, wire::channel_finish{1}, wire::channel_close{1}},
      {wire::channel_accept{1, 9, proof, 50}, wire::channel_window{1, 5000},
       wire::channel_accept{2, 9, other, 50}, wire::channel_accept{1, 9, other, 50}, wire::channel_close{1}},
      {wire::channel_refuse{1}, wire::channel_open{7, proof, 10}, wire::channel_open{8, proof, 10},
       wire::channel_close{3}},
      {wire::channel_open{5, proof, 1000}, wire::channel_packed{1, 5000, size_of(packed)},
       wire::channel_data{1, false, packed.first(7)}, wire::channel_data{1, true, packed.subspan(7)},
       wire::channel_packed{1, 5000, size_of(packed)}, wire::channel_data{1, true, packed}},
      {wire::channel_open{5, {}, 0}, wire::channel_refuse{2}, wire::channel_refuse{1}},
  };
  std::vector<std::vector<std::uint8_t>> corpus;
  for (const auto& run : runs) {
    bytes out;
    for (const auto& f : run)
      wire::put(out, f);
    corpus.emplace_back(as_u8(byte_view{out}), as_u8(byte_view{out}) + out.size());
  }
  return corpus;
}
