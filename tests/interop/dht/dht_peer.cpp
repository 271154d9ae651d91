// A DHT node of ours on loopback, driven by JSON lines on stdin:
//   {"do":"announce","hash":HEX,"port":N}                     -> {"event":"done","call":N,"stored":N,"why":TEXT}
//   {"do":"lookup","hash":HEX}                                -> {"event":"peer","call":N,"address":TEXT}*, done
//   {"do":"count"}  -> {"event":"count","nodes":N,"ping":{"ours":N,"theirs":N},"find_node":..}: the nodes in the table,
//                      and by method the queries of ours that foreign nodes have answered, and of theirs that we have
// and for items (BEP 44):
//   {"do":"put","value":HEX}                                  -> {"event":"done","call":N,"stored":N,"why":TEXT}
//   {"do":"put_mutable","seed":HEX,"salt":TEXT,"seq":N,"cas":N,"value":HEX}           -> the same; cas may be missing
//   {"do":"get","target":HEX}                                 -> {"event":"item","call":N,"value":HEX,"seq":N}*, done
//   {"do":"get_mutable","key":HEX,"salt":TEXT}                -> the same
//   {"do":"key","seed":HEX}                                   -> {"event":"key","key":HEX}
// Values are bencoded. Usage: dht_peer IP:PORT [BOOTSTRAP [NODE_ID]]; "" stands for no bootstrap node. Says
// {"event":"ready","address":..} when it has bootstrapped, and ends with its stdin.
#include "messages/krpc.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/dht/node.hpp"
#include "transports/dht/version.hpp"
#include "transports/net/machine_port.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace warren;
using nlohmann::json;

bytes unhex(const json& digits) {
  auto result = from_hex(digits.get<std::string>());
  if (!result)
    throw std::runtime_error{"not hexadecimal: " + digits.dump()};
  return *result;
}

void say(const json& event) {
  std::puts(event.dump().c_str());
  std::fflush(stdout);
}

/// A node that sees which of its datagrams answers which, of those exchanged with other implementations.
class counted_node : public dht::node {
public:
  using dht::node::node;

  void handle_packet(time_point now, const endpoint& from, byte_view datagram) {
    auto message = krpc::decode(datagram);
    if (message && as_text(message->version) != dht::client_version)
      note(from, *message, theirs_, ours_);
    node::handle_packet(now, from, datagram);
  }

  std::optional<transmit> poll_transmit() {
    auto out = node::poll_transmit();
    if (out)
      note(out->to, *krpc::decode(out->payload), ours_, theirs_);
    return out;
  }

  json count() const {
    static constexpr const char* names[]{"ping", "find_node", "get_peers", "announce_peer",
                                         "get",  "put",       "rdv"};
    json result{{"event", "count"}, {"nodes", stats().nodes}};
    for (std::size_t method = 0; method < std::size(names); ++method)
      result[names[method]] = {{"ours", ours_.answered[method]}, {"theirs", theirs_.answered[method]}};
    return result;
  }

private:
  struct queries {
    std::map<std::pair<endpoint, bytes>, krpc::method> open;
    std::array<std::uint64_t, 7> answered{}; // by method
  };

  static void note(
      const endpoint& other, const krpc::message& message, queries& of_sender, queries& of_receiver) {
    std::pair key{other, to_bytes(message.transaction)};
    if (auto query = std::get_if<krpc::query>(&message.body))
      of_sender.open[key] = query->method;
    else if (std::holds_alternative<krpc::response>(message.body))
      if (auto found = of_receiver.open.extract(key))
        ++of_receiver.answered[static_cast<std::size_t>(found.mapped())];
  }

  queries ours_;
  queries theirs_;
};

class peer {
public:
  peer(const dht::config& settings, const endpoint& bind) : node_{settings, random_, now()} {
    if (auto why = port_.bind(bind))
      throw std::system_error{why, "cannot bind a UDP socket"};
    node_.bootstrap(now());
    port_.drive(now());
  }

  void run() {
    std::thread{[this] {
      for (std::string line; std::getline(std::cin, line);)
        loop_.post([this, line] {
          obey(json::parse(line));
          port_.drive(now());
        });
      loop_.stop();
    }}.detach();
    loop_.run();
  }

private:
  static time_point now() { return std::chrono::steady_clock::now(); }

  void obey(const json& command) {
    auto what = command["do"].get<std::string>();
    if (what == "announce") {
      node_.announce(now(), hash_of(command), command["port"].get<std::uint16_t>(), false);
    } else if (what == "lookup") {
      node_.get_peers(now(), hash_of(command));
    } else if (what == "put") {
      node_.put_item(now(), {unhex(command["value"]), {}});
    } else if (what == "put_mutable") {
      std::optional<std::int64_t> cas;
      if (command.contains("cas"))
        cas = command["cas"].get<std::int64_t>();
      auto salt = command["salt"].get<std::string>();
      node_.put_item(
          now(),
          dht::make_mutable_item(
              identity_of(command), as_byte_view(salt), command["seq"].get<std::int64_t>(),
              unhex(command["value"])),
          cas);
    } else if (what == "get") {
      node_.get_item(now(), dht::node_id::from(unhex(command["target"])).value());
    } else if (what == "get_mutable") {
      auto salt = command["salt"].get<std::string>();
      node_.get_item(now(), peer_id::parse(command["key"].get<std::string>()).value(), as_byte_view(salt));
    } else if (what == "count") {
      say(node_.count());
    } else {
      say({{"event", "key"}, {"key", to_hex(identity_of(command).id().octets)}});
    }
  }

  static dht::info_hash hash_of(const json& command) {
    dht::info_hash hash;
    auto raw = unhex(command["hash"]);
    std::copy_n(raw.begin(), std::min(raw.size(), hash.octets.size()), hash.octets.begin());
    return hash;
  }

  static crypto::identity identity_of(const json& command) {
    std::array<std::byte, 32> seed{};
    auto raw = unhex(command["seed"]);
    std::copy_n(raw.begin(), std::min(raw.size(), seed.size()), seed.begin());
    return crypto::identity::from_seed(crypto::secret<32>{seed});
  }

  void on_event(const dht::event& event) {
    if (std::holds_alternative<dht::bootstrapped>(event))
      say({{"event", "ready"}, {"address", to_string(port_.local())}});
    else if (auto peers = std::get_if<dht::peers_found>(&event))
      for (const auto& where : peers->peers)
        say({{"event", "peer"}, {"call", peers->lookup.value}, {"address", to_string(where)}});
    else if (auto found = std::get_if<dht::item_found>(&event))
      say(
          {{"event", "item"},
           {"call", found->lookup.value},
           {"value", to_hex(found->what.value)},
           {"seq", found->what.signing ? found->what.signing->seq : -1}});
    else if (auto done = std::get_if<dht::lookup_done>(&event))
      say(
          {{"event", "done"},
           {"call", done->lookup.value},
           {"stored", done->announced_to},
           {"why", done->why ? done->why.message() : ""}});
  }

  crypto::system_random random_;
  counted_node node_;
  net::udp_loop loop_;
  net::machine_port<counted_node> port_{
      loop_, node_, [this](time_point, const dht::event& what) { on_event(what); }};
};

} // namespace

int main(int argc, char** argv) try {
  if (argc < 2)
    throw std::runtime_error{"usage: dht_peer IP:PORT [BOOTSTRAP [NODE_ID]]"};
  auto bind = endpoint::parse(argv[1]).value();
  dht::config settings;
  settings.family = bind.address.family();
  if (argc > 2 && *argv[2] != 0)
    settings.bootstrap = {endpoint::parse(argv[2]).value()};
  if (argc > 3)
    settings.id = dht::node_id::from(unhex(argv[3])).value();
  peer{settings, bind}.run();
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "dht_peer: %s\n", failure.what());
  return 1;
}
