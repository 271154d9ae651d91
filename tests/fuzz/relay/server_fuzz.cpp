#include "transports/relay/server.hpp"

#include "tests/fuzz/fuzz_target.hpp"
#include "tests/fuzz/relay/corpus.hpp"
#include "tests/fuzz/relay/counting_random.hpp"

#include <cstdlib>

using namespace warren;

namespace {

peer_id numbered(std::uint8_t number) {
  peer_id made;
  made.octets.fill(static_cast<std::byte>(number));
  return made;
}

} // namespace

// Guests that say anything, the first octet of each message choosing the guest: the relay never fails, and when all are
// gone nothing of them is left.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  test::counting_random random;
  relay::server_config config;
  config.verify = [](const peer_id&, byte_view, const relay::signature&) { return true; };
  config.hosts = {"", "relay:1"};
  config.topics_per_guest = 2;
  config.link_window = 500;
  config.control_queue = 2'000;
  config.sender_queue = 1'000;
  relay::server server{config, random};
  time_point now{std::chrono::hours{1}};
  auto drain = [&] {
    // Guest 2 is a slow reader.
    while (auto sent = server.poll_transmit())
      if (sent->to != relay::guest_id{2})
        server.drained(now, sent->to, 0);
    while (server.poll_event()) {
    }
  };
  for (std::uint8_t i = 1; i <= 3; ++i) {
    server.guest_connected(now, relay::guest_id{i}, {});
    server.handle_message(now, relay::guest_id{i}, relay::encode(relay::auth{1, numbered(i), {}, {}, {}}));
    server.handle_message(now, relay::guest_id{i}, relay::encode(relay::join{blind(topic::of("fuzz"))}));
  }
  server.guest_connected(now, relay::guest_id{4}, {});
  drain();
  test::unpack(input, size, [&](bytes message) {
    if (message.empty())
      return;
    relay::guest_id from{1 + std::to_integer<std::uint64_t>(message[0]) % 4};
    message.erase(message.begin());
    server.handle_message(now, from, std::move(message));
    drain();
    now += std::chrono::milliseconds{500};
    server.handle_timeout(now);
    drain();
  });
  for (std::uint8_t i = 1; i <= 4; ++i)
    server.guest_gone(now, relay::guest_id{i});
  drain();
  if (server.guests() != 0 || server.topics() != 0 || server.poll_timeout())
    std::abort();
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> inputs;
  for (std::uint8_t about = 1; about <= 3; ++about) {
    std::vector<bytes> session;
    for (auto message : test::every_relay_frame(numbered(about))) {
      message.insert(message.begin(), static_cast<std::byte>(about % 3));
      session.push_back(std::move(message));
    }
    // Refused for what only relays say: leave that out of the long ones.
    auto only = std::vector<bytes>{session[4],  session[8],  session[9], session[9], session[10],
                                   session[14], session[11], session[5], session[15]};
    inputs.push_back(test::pack(session));
    inputs.push_back(test::pack(only));
  }
  return inputs;
}
