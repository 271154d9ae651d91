#include "transports/dht/external_votes.hpp"

#include "transports/dht/address_policy.hpp"

#include <algorithm>
#include <map>

namespace warren::dht {

bool external_votes::vote(const endpoint& voter, const endpoint& seen) {
  const auto& address = seen.address;
  if (address.family() != voter.address.family() || address.is_unspecified() || address.is_multicast()
      || (is_local(address) && !is_local(voter.address)))
    return false;
  auto who = source_of(voter);
  auto last = std::find_if(ballots_.begin(), ballots_.end(), [&](const observation& old) {
    return source_of(old.observer) == who;
  });
  if (last != ballots_.end())
    ballots_.erase(last);
  else if (ballots_.size() == window)
    ballots_.erase(ballots_.begin());
  ballots_.push_back({voter, seen});
  if (seen == winner_)
    return false; // one more of what is known
  auto now_winning = count();
  if (!now_winning || now_winning == winner_)
    return false;
  winner_ = now_winning;
  return true;
}

endpoint external_votes::source_of(const endpoint& voter) const {
  return may_share(voter.address, allow_same_ip_) ? voter : endpoint{voting_network_of(voter.address), 0};
}

std::optional<endpoint> external_votes::count() const {
  std::map<ip_address, std::size_t> addresses;
  for (const auto& cast : ballots_)
    ++addresses[cast.seen.address];
  auto by_votes = [](const auto& a, const auto& b) { return a.second < b.second; };
  auto best = std::max_element(addresses.begin(), addresses.end(), by_votes);
  if (best == addresses.end() || best->second < needed_ || best->second * 2 <= ballots_.size())
    return std::nullopt;
  std::map<std::uint16_t, std::size_t> ports;
  for (const auto& cast : ballots_)
    if (cast.seen.address == best->first && cast.seen.port != 0)
      ++ports[cast.seen.port];
  auto port = std::max_element(ports.begin(), ports.end(), by_votes);
  // A NAT that maps per destination gives every voter another port: then the first to be elected stays.
  if (winner_ && winner_->address == best->first && port != ports.end() && port->second * 2 <= best->second)
    return winner_;
  return endpoint{best->first, port == ports.end() ? std::uint16_t{0} : port->first};
}

} // namespace warren::dht
