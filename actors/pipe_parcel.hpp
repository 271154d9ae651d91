#pragma once

#include "actors/udx_pipe.hpp"

namespace warren {

/// A pipe on its way to the session that it belongs to: a UDX stream, or a circuit that waits in `link` to be accepted. One
/// that nobody takes out ends with the parcel.
struct pipe_parcel {
  std::unique_ptr<udx_pipe> direct;
  caf::actor link; // when there is no `direct`
  std::string url;
  circuit_id circuit = 0;
  session::role side = session::role::responder; // who dialled it
  std::uint64_t dial = 0;                        // the supervisor's name for that, 0: the peer dialled
  bytes octets;                                  // that have arrived on it

  ~pipe_parcel() {
    if (link)
      act::anon_mail(circuit_closed{circuit, "the connection that it was for has ended"}).send(link);
  }
};

} // namespace warren
