// A replica gets what a peer may send: a hello, then messages cut from the input by two-octet lengths. It must neither
// break nor hold items that are no items.
#include "crdt_bridge/graph_engine.hpp"
#include "crdt_bridge/replica.hpp"
#include "messages/byte_order.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <cstdlib>

using namespace warren;
using namespace warren::crdt;

namespace {

struct zeros final : random_source {
  void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte{0}); }
};

constexpr wall_time wall{1'800'000'000'000};
constexpr time_point now{std::chrono::hours{1}};

void settle(graph_engine& engine, replica& machine) {
  while (auto changes = machine.poll_transaction(now, wall)) {
    for (const auto& added : changes->added)
      if (engine.check(added))
        std::abort();
    machine.transaction_done(now, std::nullopt);
  }
  while (machine.poll_event()) {
  }
  while (auto out = machine.poll_transmit(now))
    machine.write_accepted(out->to, out->data.size());
}

void put_message(bytes& out, const sync::message& message) {
  auto encoded = sync::encode(message);
  put_be(out, static_cast<std::uint16_t>(encoded.size()));
  put(out, encoded);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  zeros random;
  graph_engine engine;
  replica machine{engine, {}, random};
  machine.submit(*engine.write("s", R"({"a":1,"b":2})", wall));
  settle(engine, machine);
  auto peer = *machine.peer_joined(now);
  machine.handle_message(now, wall, peer, sync::encode(sync::hello{1, {5, {}}}));
  settle(engine, machine);
  byte_reader reader{std::as_bytes(std::span{data, size})};
  while (reader.ok() && !reader.done()) {
    auto message = reader.take(reader.be<std::uint16_t>());
    if (reader.ok())
      machine.handle_message(now, wall, peer, message);
    settle(engine, machine);
  }
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  auto given = make_item({"s", "c", 5, "1"});
  auto other = make_item({"t", "c", 6, R"("x")"});
  bytes talk;
  put_message(talk, sync::page{1, true, {given.key, other.key}});
  put_message(talk, sync::items{2, true, {given, other}});
  put_message(talk, sync::list{1, 10, std::nullopt});
  put_message(talk, sync::want{2, {given.key.id, other.key.id}});
  put_message(talk, sync::items{0, false, {make_item({"s", "a", 1'700'000'000'000, "3"})}});
  put_message(talk, sync::summary{9, {}});
  return {{as_u8(talk), as_u8(talk) + talk.size()}};
}
