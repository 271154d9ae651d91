// What a small message waits for when another channel of its session has all that the path can carry, and more.
#include "tests/sim/session/udx_party.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::test;

namespace {

constexpr std::uint64_t octets_per_second = 10'000'000 / 8;
constexpr duration round_trip = 50ms;
constexpr std::size_t bandwidth_delay_product = octets_per_second / 20;

duration time_to_send(std::size_t octets) {
  return std::chrono::microseconds{octets * 1'000'000 / octets_per_second};
}

/// A connection over one stream whose first end writes on one topic as much as it takes.
class saturated_path {
public:
  explicit saturated_path(udx::congestion_algorithm algorithm) {
    sim::link_quality quality;
    quality.latency = round_trip / 2;
    quality.bytes_per_second = octets_per_second;
    quality.queue_bytes = bandwidth_delay_product;
    network_.default_link(quality);
    for (std::size_t end : {0, 1})
      start(end);
    for (std::size_t end : {0, 1})
      attach(end, algorithm);
    auto open = [&] { return channels_[0].size() == 2 && channels_[1].size() == 2; };
    BOOST_REQUIRE(network_.run_until(open, network_.now() + 10s));
    fill();
    network_.run_for(5s);
  }

  /// Returns after what time a message of 100 octets on the other topic has arrived.
  duration send_urgent() {
    auto sent = network_.now();
    urgent_arrived_ = false;
    BOOST_REQUIRE(!parties_[0]->session.write(channels_[0].at(urgent_), bytes(100)));
    parties_[0]->drive();
    BOOST_REQUIRE(network_.run_until([&] { return urgent_arrived_; }, sent + 1min));
    return network_.now() - sent;
  }

  /// Returns what part of the link the bulk has in that time.
  double share_in(duration time) {
    auto before = bulk_octets_;
    network_.run_for(time);
    return static_cast<double>(bulk_octets_ - before) / static_cast<double>(octets_per_second)
           / std::chrono::duration<double>{time}.count();
  }

  sim::random& random() { return network_.random(); }

private:
  void start(std::size_t end) {
    session::config settings;
    settings.self = std::make_shared<const crypto::identity>(crypto::identity::generate(network_.random()));
    settings.local_role = end == 0 ? session::role::initiator : session::role::responder;
    parties_[end] = std::make_unique<udx_party>(
        network_, endpoint{at(end).address, 1}, std::move(settings),
        [this, end](session::event& what) { std::visit([&](auto& e) { on(end, e); }, what); });
    for (const auto& subject : {bulk_, urgent_})
      BOOST_REQUIRE(!parties_[end]->session.join_topic(subject));
  }

  void attach(std::size_t end, udx::congestion_algorithm algorithm) {
    udx::config settings;
    settings.local_id = static_cast<std::uint32_t>(1 + end);
    settings.remote_id = static_cast<std::uint32_t>(2 - end);
    settings.remote = at(1 - end);
    settings.congestion = algorithm;
    parties_[end]->attach(
        1, end == 0 ? session::role::initiator : session::role::responder, at(end), settings);
  }

  static endpoint at(std::size_t end) {
    return *endpoint::parse(end == 0 ? "10.0.0.1:1000" : "10.0.0.2:1000");
  }

  void fill() {
    while (!parties_[0]->session.write(channels_[0].at(bulk_), bytes(64 * 1024))) {
    }
    parties_[0]->drive();
  }

  template <class Event>
  void on(std::size_t, const Event&) {}

  void on(std::size_t end, const session::established&) { parties_[end]->session.admit(); }
  void on(std::size_t end, const session::channel_opened& e) { channels_[end][e.topic] = e.channel; }

  void on(std::size_t, const session::writable&) {
    network_.at(network_.now(), [this](time_point) { fill(); });
  }

  void on(std::size_t end, const session::message& e) {
    parties_[end]->session.consumed(e.channel, credit_of(e.content.size()));
    if (e.channel == channels_[end].at(urgent_))
      urgent_arrived_ = true;
    else
      bulk_octets_ += e.content.size();
  }

  sim::network network_{1};
  topic bulk_ = topic::of("bulk");
  topic urgent_ = topic::of("urgent");
  std::unique_ptr<udx_party> parties_[2];
  std::map<topic, session::channel_id> channels_[2];
  bool urgent_arrived_ = false;
  std::uint64_t bulk_octets_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_urgent_message)

BOOST_AUTO_TEST_CASE(a_small_message_overtakes_what_a_saturated_channel_has_not_sent_yet) {
  for (auto algorithm : {udx::congestion_algorithm::bbr, udx::congestion_algorithm::cubic}) {
    saturated_path path{algorithm};
    duration longest{};
    for (int i = 0; i < 50; ++i) {
      path.share_in(std::chrono::milliseconds{path.random().below(400)});
      longest = std::max(longest, path.send_urgent());
    }
    auto bound = round_trip + 2 * time_to_send(64 * 1024 + bandwidth_delay_product);
    BOOST_TEST_MESSAGE("longest: " << longest / 1ms << " ms of " << bound / 1ms << " ms");
    BOOST_TEST((longest < bound), longest / 1ms << " ms");
    auto share = path.share_in(10s);
    BOOST_TEST_MESSAGE("share: " << share);
    BOOST_TEST(share > 0.9);
  }
}

BOOST_AUTO_TEST_SUITE_END()
