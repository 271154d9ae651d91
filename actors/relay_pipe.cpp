#include "actors/relay_pipe.hpp"

#include <algorithm>

namespace warren {

relay_pipe::relay_pipe(caf::actor link, circuit_id circuit, std::string url)
    : link_{std::move(link)}, circuit_{circuit}, url_{std::move(url)} {
  // nop
}

relay_pipe::~relay_pipe() {
  close_circuit();
}

void relay_pipe::close_circuit() {
  if (!closed_)
    act::anon_mail(circuit_closed{circuit_, "closed by its owner"}).send(link_);
  closed_ = true;
}

void relay_pipe::handle_data(chunk data) {
  arrived_.push_back(std::move(data));
}

void relay_pipe::handle_credit(std::uint64_t octets) {
  credit_ += octets;
}

void relay_pipe::handle_closed() {
  closed_ = true;
}

std::size_t relay_pipe::writable() const {
  return closed_ ? 0 : credit_;
}

void relay_pipe::write(byte_view data, const std::shared_ptr<const void>&) {
  credit_ -= std::min<std::uint64_t>(credit_, data.size());
  act::anon_mail(circuit_data{circuit_, chunk{data}}).send(link_);
}

void relay_pipe::end() {
  // The link sends what it was given before it closes the circuit.
  close_circuit();
}

void relay_pipe::destroy(time_point) {
  close_circuit();
}

void relay_pipe::receive(time_point, const sink& take) {
  for (; !arrived_.empty(); arrived_.pop_front())
    take(arrived_.front().view());
}

void relay_pipe::send(time_point) {
  // write() has given all to the link.
}

std::optional<time_point> relay_pipe::next_deadline() const {
  return std::nullopt;
}

pipe::state relay_pipe::current() const {
  return closed_ ? state::lost : state::open;
}

bool relay_pipe::flushed() const {
  return true;
}

bool relay_pipe::finished() const {
  return closed_;
}

path_kind relay_pipe::kind() const {
  return path_kind::relay;
}

std::string relay_pipe::address() const {
  return url_;
}

void relay_pipe::count_into(counter_map&) const {
  // The link counts for all its circuits.
}

} // namespace warren
