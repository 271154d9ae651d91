#include "transports/relay/client.hpp"

#include "tests/fuzz/fuzz_target.hpp"
#include "tests/fuzz/relay/corpus.hpp"
#include "tests/fuzz/relay/counting_random.hpp"

#include <cstdlib>

using namespace warren;

// A relay that says anything: the client never fails, never owes more events than messages can cause, and always has
// either a link or a time to dial.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  test::counting_random random;
  relay::client_config config;
  config.sign = [](byte_view) { return relay::signature{}; };
  config.circuits = 8;
  relay::client client{config, random};
  time_point now{std::chrono::hours{1}};
  client.join(now, topic::of("fuzz"));
  client.start(now);
  auto drain = [&] {
    while (auto sent = client.poll_transmit())
      client.drained(now, 0);
    while (auto event = client.poll_event()) {
      if (std::holds_alternative<relay::client_event::dial>(*event))
        client.handle_connected(now);
      else if (auto part = std::get_if<relay::client_event::circuit_data>(&*event))
        client.consumed(now, part->id, part->payload().size());
      else if (auto opened = std::get_if<relay::client_event::circuit_opened>(&*event))
        client.write(now, opened->id, as_byte_view("answer"));
      else if (auto joined = std::get_if<relay::client_event::peer_joined>(&*event))
        (void)client.open_circuit(now, joined->peer);
    }
  };
  drain();
  test::unpack(input, size, [&](bytes message) {
    client.handle_message(now, std::move(message));
    drain();
    now += std::chrono::milliseconds{100};
    client.handle_timeout(now);
    drain();
    if (!client.poll_timeout())
      std::abort();
  });
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  peer_id other;
  other.octets.fill(std::byte{7});
  auto all = test::every_relay_frame(other);
  std::vector<bytes> session{all[0], all[2],  all[6],  all[8],  all[9],  all[10],
                             all[9], all[14], all[15], all[11], all[13], all[3]};
  std::vector<bytes> flood{all[0], all[2], all[7]};
  for (int i = 0; i < 40; ++i)
    flood.push_back(all[8 + static_cast<std::size_t>(i % 5)]);
  return {test::pack(session), test::pack(flood)};
}
