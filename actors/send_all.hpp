#pragma once

#include "actors/udp_port.hpp"
#include "messages/transmit.hpp"

#include <vector>

namespace warren {

/// Sends everything that `machine` wants sent, with as few system calls as there can be: a flood of requests costs a call for
/// each batch of replies, not for each of them.
template <class Machine>
void send_all(datagram_sender& sender, Machine& machine) {
  std::vector<transmit> replies; // bounded by the machine's own queue
  while (auto out = machine.poll_transmit())
    replies.push_back(std::move(*out));
  std::vector<net::datagram> batch;
  batch.reserve(replies.size());
  for (const auto& reply : replies)
    batch.push_back({reply.to, reply.payload});
  if (!batch.empty())
    sender.send(batch);
}

} // namespace warren
