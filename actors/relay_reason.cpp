#include "actors/relay_reason.hpp"

namespace warren {

std::string describe_end(relay::circuit_reason reason) {
  switch (reason) {
    case relay::circuit_reason::closed:
      return "the peer closed the circuit";
    case relay::circuit_reason::unknown:
      return "the peer no longer knows the circuit";
    case relay::circuit_reason::refused:
      return "the peer takes no more circuits";
    case relay::circuit_reason::overflow:
      return "more was sent than the receiver had allowed";
    case relay::circuit_reason::unreachable:
      return "the peer is not at this relay";
    case relay::circuit_reason::peer_gone:
      return "the peer left the relay";
    case relay::circuit_reason::link_lost:
      return "the link to the relay ended";
  }
  return "the circuit ended";
}

std::string describe_refusal(relay::refusal reason) {
  switch (reason) {
    case relay::refusal::bad_frame:
      return "the relay took something we sent for malformed";
    case relay::refusal::unsupported:
      return "the relay speaks another version of the protocol: update the older side";
    case relay::refusal::bad_signature:
      return "the relay did not accept our key, or goes by another host name than its URL";
    case relay::refusal::bad_token:
      return "the relay wants another access token: check the relay token";
    case relay::refusal::full:
      return "the relay is full";
    case relay::refusal::too_many_from_ip:
      return "too many guests of the relay share our address";
    case relay::refusal::too_many_topics:
      return "more topics joined than the relay allows";
    case relay::refusal::handshake_timeout:
      return "we did not identify ourselves in time";
    case relay::refusal::replaced:
      return "another process with the same identity connected to the relay";
    case relay::refusal::slow_reader:
      return "we read too slowly";
    case relay::refusal::silent:
      return "we did not answer the relay's heartbeats";
    case relay::refusal::shutting_down:
      return "the relay is shutting down";
  }
  return "the relay refused us";
}

} // namespace warren
