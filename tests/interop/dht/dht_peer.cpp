// A DHT node of ours on loopback, driven by JSON lines on stdin:
//   {"do":"announce","hash":HEX,"port":N}                     -> {"event":"done","call":N,"stored":N,"why":TEXT}
//   {"do":"lookup","hash":HEX}                                -> {"event":"peer","call":N,"address":TEXT}*, done
// and for items (BEP 44):
//   {"do":"put","value":HEX}                                  -> {"event":"done","call":N,"stored":N,"why":TEXT}
//   {"do":"put_mutable","seed":HEX,"salt":TEXT,"seq":N,"cas":N,"value":HEX}           -> the same; cas may be missing
//   {"do":"get","target":HEX}                                 -> {"event":"item","call":N,"value":HEX,"seq":N}*, done
//   {"do":"get_mutable","key":HEX,"salt":TEXT}                -> the same
//   {"do":"key","seed":HEX}                                   -> {"event":"key","key":HEX}
// Values are bencoded. Usage: dht_peer [BOOTSTRAP]. Says {"event":"ready","address":..} when it has bootstrapped, and
// ends with its stdin.
#include "transports/crypto/system_random.hpp"
#include "transports/dht/node.hpp"

#include <arpa/inet.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

using namespace warren;
using nlohmann::json;

time_point now() {
  return std::chrono::steady_clock::now();
}

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

class peer {
public:
  explicit peer(const dht::config& settings) : node_{settings, random_, now()} {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof local;
    auto any = reinterpret_cast<sockaddr*>(&local);
    if (socket_ < 0 || bind(socket_, any, size) != 0 || getsockname(socket_, any, &size) != 0)
      throw std::runtime_error{"cannot bind a UDP socket on loopback"};
    port_ = ntohs(local.sin_port);
    node_.bootstrap(now());
  }

  void run() {
    for (drive(); stdin_open_; drive()) {
      pollfd waiting[]{{socket_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
      auto left = std::chrono::ceil<std::chrono::milliseconds>(*node_.poll_timeout() - now()).count();
      poll(waiting, 2, static_cast<int>(std::max<std::int64_t>(left, 0)));
      if (waiting[0].revents)
        receive();
      if (waiting[1].revents)
        read_commands();
      node_.handle_timeout(now());
    }
  }

private:
  void receive() {
    bytes buffer(65536);
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto length = recvfrom(
        socket_, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
    if (length < 0)
      return;
    std::array<std::byte, 4> octets;
    std::copy_n(reinterpret_cast<const std::byte*>(&from.sin_addr), 4, octets.begin());
    node_.handle_packet(
        now(), {ip_address::v4(octets), ntohs(from.sin_port)},
        byte_view{buffer}.first(static_cast<std::size_t>(length)));
  }

  void read_commands() {
    char chunk[4096];
    auto length = read(STDIN_FILENO, chunk, sizeof chunk);
    stdin_open_ = length > 0;
    input_.append(chunk, static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
      obey(json::parse(input_.substr(0, end)));
      input_.erase(0, end + 1);
    }
  }

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

  void drive() {
    while (auto out = node_.poll_transmit()) {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(out->to.port);
      auto octets = out->to.address.octets();
      std::copy(octets.begin(), octets.end(), reinterpret_cast<std::byte*>(&to.sin_addr));
      sendto(
          socket_, out->payload.data(), out->payload.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    }
    while (auto event = node_.poll_event()) {
      if (std::holds_alternative<dht::bootstrapped>(*event))
        say({{"event", "ready"}, {"address", "127.0.0.1:" + std::to_string(port_)}});
      else if (auto peers = std::get_if<dht::peers_found>(&*event))
        for (const auto& where : peers->peers)
          say({{"event", "peer"}, {"call", peers->lookup.value}, {"address", to_string(where)}});
      else if (auto found = std::get_if<dht::item_found>(&*event))
        say(
            {{"event", "item"},
             {"call", found->lookup.value},
             {"value", to_hex(found->what.value)},
             {"seq", found->what.signing ? found->what.signing->seq : -1}});
      else if (auto done = std::get_if<dht::lookup_done>(&*event))
        say(
            {{"event", "done"},
             {"call", done->lookup.value},
             {"stored", done->announced_to},
             {"why", done->why ? done->why.message() : ""}});
    }
  }

  crypto::system_random random_;
  dht::node node_;
  int socket_ = socket(AF_INET, SOCK_DGRAM, 0);
  std::uint16_t port_ = 0;
  std::string input_;
  bool stdin_open_ = true;
};

} // namespace

int main(int argc, char** argv) try {
  dht::config settings;
  if (argc > 1)
    settings.bootstrap = {endpoint::parse(argv[1]).value()};
  peer{settings}.run();
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "dht_peer: %s\n", failure.what());
  return 1;
}
