#include "tests/sim/dht/liar.hpp"

#include <algorithm>

namespace warren::sim {

std::string_view to_string(lie kind) noexcept {
  switch (kind) {
    case lie::wrong_nodes:
      return "wrong nodes";
    case lie::fake_peers:
      return "fake peers";
    case lie::silence:
      return "silence";
    case lie::eclipse:
      return "eclipse";
  }
  return "";
}

/// Stands where a member stood and answers in its name.
class liars::liar final : public host {
public:
  liar(liars& all, dht_member& was, lie kind) : all_{all}, was_{was}, id_{was.node.id()}, kind_{kind} {
    was_.alive = false;
    host_ = all_.swarm_.network.attach(where(), *this);
  }

  ~liar() override {
    was_.alive = true;
    was_.host.attach();
  }

  const endpoint& where() const noexcept { return was_.host.where(); }

  void on_datagram(time_point, const endpoint& from, byte_view payload) override {
    auto message = krpc::decode(payload);
    auto query = message ? std::get_if<krpc::query>(&message->body) : nullptr;
    if (!query)
      return;
    krpc::response answer;
    answer.id = id_;
    auto asked = query->method == krpc::method::find_node || query->method == krpc::method::get_peers;
    if (asked && kind_ == lie::silence)
      return;
    if (asked)
      tell(answer, query->target);
    if (query->method == krpc::method::get_peers)
      answer.token = as_byte_view("token");
    all_.swarm_.network.send(host_, from, krpc::encode({message->transaction, answer, false, from, {}}));
  }

private:
  /// The ids of the network as a whole are denser or thinner; this many equal bits are closer than any honest node.
  static constexpr std::size_t octets_kept = 6;

  dht::node_id near(const dht::node_id& target) {
    auto result = target;
    all_.swarm_.network.random().fill(std::span{result.octets}.subspan(octets_kept));
    return result;
  }

  endpoint nobody() { return dht_swarm::address(10'000'000 + all_.swarm_.network.random().below(1'000'000)); }

  void tell(krpc::response& answer, const dht::node_id& target) {
    for (std::size_t i = 0; i < dht::k; ++i) {
      if (kind_ == lie::wrong_nodes)
        answer.nodes.push_back({near(target), nobody()});
      else if (kind_ == lie::fake_peers)
        answer.values.push_back(nobody());
      else
        answer.nodes.push_back(
            {near(target), all_.liars_[all_.swarm_.network.random().below(all_.liars_.size())]->where()});
    }
    if (kind_ == lie::eclipse)
      answer.id = near(target);
  }

  liars& all_;
  dht_member& was_;
  dht::node_id id_;
  lie kind_;
  host_id host_;
};

liars::liars(dht_swarm& swarm) : swarm_{swarm} {
}

liars::~liars() = default;

void liars::turn(double share, std::span<const lie> kinds) {
  auto living =
      std::count_if(swarm_.members.begin(), swarm_.members.end(), [](const auto& m) { return m->alive; });
  auto wanted = static_cast<std::size_t>(share * static_cast<double>(living));
  for (std::size_t i = 0; i < wanted; ++i) {
    liars_.push_back(std::make_unique<liar>(*this, swarm_.any(), kinds[i % kinds.size()]));
  }
}

} // namespace warren::sim
