// A node under a flood of random and half-valid datagrams. This program counts the heap, so that "memory stays flat" is a
// number.
#include "messages/krpc.hpp"
#include "tests/sim/dht/swarm.hpp"

#include <boost/test/unit_test.hpp>

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <unordered_map>

namespace {

std::size_t heap = 0; // octets in use

} // namespace

void* operator new(std::size_t size) {
  auto memory = std::malloc(size);
  if (!memory)
    throw std::bad_alloc{};
  heap += malloc_usable_size(memory);
  return memory;
}

void operator delete(void* memory) noexcept {
  heap -= malloc_usable_size(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace {

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::sim;

/// Drives the node under attack and counts what it sends in reply, apart from its own queries.
class victim final : public host {
public:
  victim(network& net, const endpoint& where, const dht::config& settings)
      : network_{net}, where_{where}, node{settings, net.random(), net.now()} {
    id_ = network_.attach(where, *this);
    node.bootstrap(net.now());
    drive();
  }

  ~victim() override { network_.detach(id_); }

  void on_datagram(time_point now, const endpoint& from, byte_view payload) override {
    node.handle_packet(now, from, payload);
    drive();
  }

  void on_deadline(time_point now) override {
    node.handle_timeout(now);
    drive();
  }

private:
  void drive() {
    while (auto out = node.poll_transmit()) {
      auto message = krpc::decode(out->payload);
      if (message && !std::holds_alternative<krpc::query>(message->body))
        replied += out->payload.size();
      network_.send(id_, out->to, out->payload);
    }
    while (node.poll_event()) {
    }
    network_.arm(id_, node.poll_timeout());
  }

  network& network_;
  endpoint where_;
  host_id id_;

public:
  dht::node node;
  std::size_t replied = 0; // octets
};

/// Asks the node under attack, and answers it.
class honest_asker {
public:
  honest_asker(network& net, const endpoint& where, const endpoint& whom)
      : network_{net}, where_{where}, whom_{whom} {
    network_.random().fill(id_.octets);
    network_.attach(
        where_, [this](time_point, const endpoint& from, byte_view payload) { take(from, payload); });
  }

  void ask() {
    krpc::query query;
    query.method = krpc::method::get_peers;
    query.id = id_;
    network_.random().fill(query.target.octets);
    network_.send(where_, whom_, krpc::encode({as_byte_view("aa"), query, false, {}, {}}));
    ++asked;
  }

  std::size_t asked = 0;
  std::size_t answered = 0;

private:
  void take(const endpoint& from, byte_view payload) {
    auto message = krpc::decode(payload);
    BOOST_REQUIRE(bool(message));
    if (std::holds_alternative<krpc::query>(message->body)) {
      krpc::response pong;
      pong.id = id_;
      network_.send(where_, from, krpc::encode({message->transaction, pong, false, {}, {}}));
    } else if (std::holds_alternative<krpc::response>(message->body)) {
      ++answered;
    }
  }

  network& network_;
  endpoint where_;
  endpoint whom_;
  dht::node_id id_;
};

/// Makes datagrams that a node should survive: noise, valid queries under forged addresses, tokens that nobody gave,
/// answers that nobody asked for, and each of these broken somewhere.
class flood {
public:
  explicit flood(sim::random& draw) : random_{draw} {}

  /// One of a quarter million forged addresses, each in a network of its own as far as there are so many.
  endpoint source() { return dht_swarm::address(1000 + random_.below(250'000)); }

  bytes next() {
    auto result = random_.chance(0.2) ? noise() : message();
    if (random_.chance(0.5) && !result.empty())
      damage(result);
    return result;
  }

private:
  bytes noise() {
    bytes result(random_.below(1400));
    random_.fill(result);
    if (!result.empty())
      result[0] = std::byte{'d'};
    return result;
  }

  bytes message() {
    std::array<std::byte, 4> transaction;
    random_.fill(transaction);
    krpc::message out;
    out.transaction = transaction;
    if (random_.chance(0.3)) {
      krpc::response lie;
      random_.fill(lie.id.octets);
      lie.nodes.resize(8);
      for (auto& node : lie.nodes) {
        random_.fill(node.id.octets);
        node.where = source();
      }
      out.body = lie;
      return krpc::encode(out);
    }
    krpc::query query;
    query.method = static_cast<krpc::method>(random_.below(4));
    random_.fill(query.id.octets);
    random_.fill(query.target.octets);
    query.port = 7000;
    query.token = as_byte_view("12345678");
    out.body = query;
    return krpc::encode(out);
  }

  void damage(bytes& datagram) {
    if (random_.chance(0.5))
      datagram.resize(random_.below(datagram.size()));
    else
      datagram[random_.below(datagram.size())] = static_cast<std::byte>(random_.next());
  }

  sim::random& random_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(dht_flood_test)

BOOST_AUTO_TEST_CASE(two_hundred_thousand_bad_datagrams_neither_silence_a_node_nor_make_it_grow_or_shout) {
  constexpr std::size_t datagrams = 200'000;
  constexpr auto gap = 200us;
  dht_swarm swarm{2026, {}};
  swarm.grow(30, 50ms);
  auto where = dht_swarm::address(500);
  victim attacked{swarm.network, where, swarm.settings(500)};
  honest_asker asker{swarm.network, dht_swarm::address(501), where};
  for (int i = 0; i < 20; ++i) {
    asker.ask();
    swarm.network.run_for(1s);
  }
  BOOST_REQUIRE(asker.answered == asker.asked);

  std::vector<std::unique_ptr<honest_asker>> newcomers; // it has not met them before
  flood attack{swarm.network.random()};
  auto started = swarm.network.now();
  auto replied_before = attacked.replied;
  std::size_t heap_early = 0;
  for (std::size_t i = 0; i < datagrams; ++i) {
    swarm.network.send(attack.source(), where, attack.next());
    if (i % 1000 == 0)
      asker.ask();
    if (i % 5000 == 0) { // each tries again every second, and gives up after the fourth time
      newcomers.push_back(
          std::make_unique<honest_asker>(swarm.network, dht_swarm::address(600 + newcomers.size()), where));
      for (auto& newcomer : newcomers)
        if (newcomer->answered == 0 && newcomer->asked < 4)
          newcomer->ask();
    }
    swarm.network.run_for(gap);
    if (i == datagrams / 4)
      heap_early = heap;
  }
  auto heap_late = heap;
  swarm.network.run_for(1s);

  auto took = std::chrono::duration<double>(swarm.network.now() - started).count();
  auto replied = static_cast<double>(attacked.replied - replied_before);
  dht::config limits;
  auto served = static_cast<std::size_t>(std::count_if(
      newcomers.begin(), newcomers.end(), [](const auto& newcomer) { return newcomer->answered > 0; }));
  BOOST_TEST_MESSAGE(
      "honest queries answered: " << asker.answered << " of " << asker.asked
                                  << ", newcomers served: " << served << " of " << newcomers.size()
                                  << "; replies " << replied / took << " octets a second; heap " << heap_early
                                  << " after a quarter, " << heap_late << " at the end");
  BOOST_TEST(asker.answered == asker.asked);
  BOOST_TEST(replied <= limits.rates.reply_burst_bytes + limits.rates.reply_bytes_per_second * took);
  // The tables are full early on; what moves is what other members and datagrams under way take.
  BOOST_TEST(heap_late < heap_early + 128 * 1024);
  auto status = attacked.node.stats();
  BOOST_TEST(status.nodes <= 40u);
  BOOST_TEST(status.peers_stored == 0u);
  auto counted = attacked.node.counters();
  BOOST_TEST(counted.malformed > datagrams / 5);
  BOOST_TEST(counted.unexpected_response > datagrams / 20);
  BOOST_TEST(counted.replies_throttled > 0u);
}

BOOST_AUTO_TEST_SUITE_END()
