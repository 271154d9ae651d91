#pragma once

#include "actors/pipe.hpp"

#include <deque>

namespace warren {

/// A circuit through a relay link. The link's credit is the back-pressure; a lost link loses the pipe.
class relay_pipe final : public pipe {
public:
  /// `link` is the relay_link that carries `circuit`.
  relay_pipe(caf::actor link, circuit_id circuit, std::string url);
  ~relay_pipe() override;

  void handle_data(chunk data);
  void handle_credit(std::uint64_t octets);
  void handle_closed();

  circuit_id circuit() const noexcept { return circuit_; }

  bool is(const caf::actor_addr& link, circuit_id circuit) const {
    return circuit_ == circuit && link_.address() == link;
  }

  std::size_t writable() const override;
  void write(byte_view data, const std::shared_ptr<const void>& owner) override;
  void end() override;
  void destroy(time_point now) override;
  void receive(time_point now, const sink& take) override;
  void send(time_point now) override;
  std::optional<time_point> next_deadline() const override;
  state current() const override;
  bool flushed() const override;
  bool finished() const override;
  path_kind kind() const override;
  std::string address() const override;
  void count_into(counter_map& out) const override;

private:
  void close_circuit();

  caf::actor link_;
  circuit_id circuit_;
  std::string url_;
  std::deque<chunk> arrived_; // bounded by the session's windows: the peer sends no more than its credit
  std::uint64_t credit_ = 0;
  bool closed_ = false;
};

} // namespace warren
