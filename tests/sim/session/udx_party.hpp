#pragma once

#include "tests/sim/network/network.hpp"
#include "transports/session/noise_session.hpp"
#include "transports/udx/stream.hpp"

#include <functional>
#include <list>
#include <vector>

namespace warren::test {

/// One end of a connection in a sim::network: a noise_session over UDX streams, driven as the connection actor drives them.
class udx_party final : public sim::host {
public:
  /// `where`: nothing is sent there; it holds the session's deadline. `on_event` gets what the session says of anything but its
  /// pipes, and pipe_needed and pipe_suspect.
  udx_party(
      sim::network& net, const endpoint& where, session::config settings,
      std::function<void(session::event&)> on_event);
  ~udx_party() override;

  udx_party(const udx_party&) = delete;
  udx_party& operator=(const udx_party&) = delete;

  /// Gives the session a stream at `where` as a pipe. A session that has ended refuses a resume as its transport would.
  void attach(session::pipe_id id, session::role side, const endpoint& where, const udx::config& settings);

  /// Gives up the stream of a pipe as it is; the session learns that it is gone, the other end from the DESTROY packet.
  void destroy(session::pipe_id id);

  /// The stream goes on at another address of this host, or towards another one of the peer's.
  void move(session::pipe_id id, const endpoint& where);
  void change_remote(session::pipe_id id, const endpoint& remote);

  /// True while the session has the pipe.
  bool has(session::pipe_id id) const;

  /// Moves everything that can be moved now; to be called after every call of `session`.
  void drive();

  void on_datagram(time_point, const endpoint&, byte_view) override {}
  void on_deadline(time_point now) override;

  /// Records are cut to as little as so many octets.
  std::size_t write_step = 256 * 1024;

  session::noise_session session;

private:
  struct line;

  line* find(session::pipe_id id) const;
  void receive();
  void receive(line& from);
  void take_events();
  void end(session::pipe_id id, bool at_once);
  void end_all();
  void notice_lost();
  bool transmit();
  void send();
  void reap();

  sim::network& network_;
  sim::host_id id_;
  std::function<void(session::event&)> on_event_;
  std::list<std::unique_ptr<line>> lines_;
};

} // namespace warren::test
