#pragma once

#include "messages/endpoint.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

namespace warren::dial {

/// The inbound streams whose peer has not proved its key yet, by age, in all and of each source (see source_of). As many as
/// its owner lets in.
class unproved_streams {
public:
  void insert(std::uint32_t local_id, const ip_address& source);

  /// Returns false when there is no such stream.
  bool erase(std::uint32_t local_id);

  bool contains(std::uint32_t local_id) const { return places_.contains(local_id); }

  std::size_t size() const noexcept { return places_.size(); }
  std::size_t size_of(const ip_address& source) const;

  /// Returns the stream that is here longest, in all or of `source`; nothing when there is none.
  std::optional<std::uint32_t> oldest() const;
  std::optional<std::uint32_t> oldest_of(const ip_address& source) const;

private:
  /// Local ids by the order in which they came.
  using queue = std::map<std::uint64_t, std::uint32_t>;

  struct place {
    std::uint64_t arrival = 0;
    ip_address source;
  };

  std::unordered_map<std::uint32_t, place> places_; // the ids are ours and random
  queue all_;
  std::map<ip_address, queue> of_source_; // ordered: nobody can make its names collide
  std::uint64_t arrivals_ = 0;
};

} // namespace warren::dial
