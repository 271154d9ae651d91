// Feeds control packets into a live dial::endpoint with attempts of its own. Input: records of u8 length and
// octets; shorter than five octets they are a step of time. The reply to a packet is never larger than the
// packet, and without a cookie that was really given nothing inbound appears.
#include "messages/control_packet.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/dial/endpoint.hpp"

#include <cstdlib>

namespace {

using namespace std::chrono_literals;
using namespace warren;

const endpoint peer = *endpoint::parse("192.0.2.2:2000");

void require(bool condition) {
  if (!condition)
    std::abort();
}

// Counts up: the machine draws the same ids and nonces in every run, so that the corpus can name them.
class counting final : public random_source {
public:
  void fill(std::span<std::byte> out) override {
    for (auto& octet : out)
      octet = static_cast<std::byte>(++next_);
  }

private:
  std::uint8_t next_ = 0;
};

void append(std::vector<std::uint8_t>& out, const bytes& datagram) {
  out.push_back(static_cast<std::uint8_t>(datagram.size()));
  for (auto octet : datagram)
    out.push_back(std::to_integer<std::uint8_t>(octet));
}

// What the endpoint's own first open carries.
control::open own_open() {
  counting random;
  dial::endpoint machine{{}, random};
  require(bool(machine.dial(time_point{1h}, peer)));
  return std::get<control::open>(*control::parse_packet(machine.poll_transmit()->payload));
}

} // namespace

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  auto own = own_open();
  std::vector<std::vector<std::uint8_t>> corpus(5);
  append(corpus[0], control::encode(control::open{7, {}, {}}));
  append(corpus[1], control::encode(control::cookie{own.initiator_id, own.token, {std::byte{1}}}));
  append(corpus[2], control::encode(control::accept{own.initiator_id, own.token, 9}));
  append(corpus[3], control::encode(control::refuse{own.initiator_id, own.token, control::refusal::busy}));
  corpus[4] = {1, 100, 1, 255};
  append(corpus[4], control::encode(control::open{8, {}, {std::byte{1}}}));
  return corpus;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = std::as_bytes(std::span{data, size});
  counting random;
  dial::endpoint machine{{}, random};
  time_point now{1h};
  require(bool(machine.dial(now, peer)));
  while (machine.poll_transmit()) {
  }
  while (!rest.empty()) {
    auto length = std::min<std::size_t>(std::to_integer<std::size_t>(rest[0]), rest.size() - 1);
    auto record = rest.subspan(1, length);
    rest = rest.subspan(1 + length);
    if (record.size() < 5) {
      now += std::chrono::milliseconds{record.empty() ? 0 : std::to_integer<int>(record[0]) * 10};
      machine.handle_timeout(now);
      while (machine.poll_transmit()) {
      }
    } else {
      machine.handle_packet(now, peer, record);
      if (auto reply = machine.poll_transmit())
        require(reply->payload.size() <= record.size() && reply->to == peer);
      require(!machine.poll_transmit().has_value());
    }
    while (auto what = machine.poll_event())
      require(!std::holds_alternative<dial::inbound>(*what));
    if (auto deadline = machine.poll_timeout())
      require(*deadline > now);
  }
  require(machine.inbound_streams() == 0);
  return 0;
}
