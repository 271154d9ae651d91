// A node survives any datagram in any order: the input is cut at 'X' octets into datagrams from four senders, which a
// lookup, an announce and the passing of time go along with. Its bounds hold all the time.
#include "messages/random_source.hpp"
#include "tests/fuzz/dht/krpc_corpus.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/dht/node.hpp"

#include <algorithm>
#include <cstdlib>

using namespace warren;

namespace {

/// Draws the same octet for ever, so that fuzzed responses can hit our transactions.
struct constant_random final : random_source {
  void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte{'a'}); }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constant_random random;
  auto now = time_point{} + std::chrono::hours{1};
  endpoint senders[4];
  for (int i = 0; i < 4; ++i)
    senders[i] = {ip_address::v4({std::byte{40}, std::byte(i), std::byte{1}, std::byte{1}}), 6881};
  dht::config how;
  how.bootstrap = {senders[0], senders[1]};
  dht::node node{how, random, now};
  node.bootstrap(now);
  dht::info_hash topic;
  topic.octets.fill(std::byte{'m'});
  auto rest = std::as_bytes(std::span{data, size});
  for (std::size_t i = 0; !rest.empty() && i < 64; ++i) {
    auto cut = static_cast<std::size_t>(std::find(rest.begin(), rest.end(), std::byte{'X'}) - rest.begin());
    node.handle_packet(now, senders[i % 4], rest.first(cut));
    rest = rest.subspan(std::min(cut + 1, rest.size()));
    if (i % 8 == 3)
      node.get_peers(now, topic);
    if (i % 8 == 5)
      node.announce(now, topic, 7, true);
    if (i % 8 == 6)
      node.get_item(now, topic.target());
    if (i % 16 == 7)
      node.put_item(now, {to_bytes(std::string_view{"5:hello"}), {}});
    if (i % 16 == 15)
      node.forget(topic);
    now += std::chrono::milliseconds{i % 3 * 700};
    node.handle_timeout(now);
    while (auto out = node.poll_transmit())
      if (out->payload.size() > dht::max_reply_size)
        std::abort();
    while (node.poll_event()) {
    }
    if (!node.poll_timeout() || *node.poll_timeout() <= now)
      std::abort();
  }
  return 0;
}

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  auto corpus = krpc_corpus();
  std::vector<std::uint8_t> all;
  for (const auto& message : corpus) {
    all.insert(all.end(), message.begin(), message.end());
    all.push_back('X');
  }
  // Responses to our own transactions, which are "aaaa" here.
  for (std::string_view text :
       {"d1:rd2:id20:abcdefghij01234567895:nodes26:abcdefghijklmnopqrstuvwxyz5:token8:aoeusnth6:valuesl6:"
        "axje.u6:idhtnmee1:t4:"
        "aaaa1:y1:reX",
        "d1:rd2:id20:bbcdefghij01234567895:token8:aoeusnthe1:t4:aaaa1:y1:reX",
        "d1:eli203e3:bade1:t4:aaaa1:y1:eeX"})
    all.insert(all.end(), text.begin(), text.end());
  corpus.push_back(all);
  all.insert(all.end(), all.begin(), all.end());
  corpus.push_back(all);
  return corpus;
}
