#pragma once

#include "messages/buffer_pool.hpp"
#include "messages/bytes.hpp"

#include <caf/fwd.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>

#include <cstring>
#include <memory>

namespace warren {

/// An immutable, shared run of octets. Passing it between actors of one process copies a pointer; its octets are copied only
/// when it travels to another node of a cluster.
class chunk {
public:
  chunk() : data_{empty()} {}
  explicit chunk(bytes data) : data_{std::make_shared<const bytes>(std::move(data))} {}
  explicit chunk(byte_view data) : chunk{to_bytes(data)} {}

  /// The memory goes back to `origin` with the last copy of the chunk.
  chunk(bytes data, std::shared_ptr<buffer_pool> origin) {
    auto kept = std::make_shared<pooled>(std::move(data), std::move(origin));
    data_ = {kept, &kept->data};
  }

  byte_view view() const noexcept { return *data_; }

  std::size_t size() const noexcept { return data_->size(); }

  friend bool operator==(const chunk& x, const chunk& y) { return *x.data_ == *y.data_; }

  template <class Inspector>
  friend auto inspect(Inspector& f, chunk& x) {
    // CAF serialises vectors of its own integer types; std::byte is not one of them.
    auto wire = std::make_shared<std::vector<char>>(x.size());
    std::memcpy(wire->data(), x.data_->data(), x.size());
    auto load = [&x, wire]() -> caf::error {
      auto octets = std::as_bytes(std::span{*wire});
      x = chunk{byte_view{octets}};
      return caf::none;
    };
    return f(caf::meta::type_name("warren::chunk"), *wire, caf::meta::load_callback(load));
  }

private:
  struct pooled {
    pooled(bytes content, std::shared_ptr<buffer_pool> whose)
        : data{std::move(content)}, origin{std::move(whose)} {}
    pooled(const pooled&) = delete;
    pooled& operator=(const pooled&) = delete;
    ~pooled() { origin->give(std::move(data)); }

    bytes data;
    std::shared_ptr<buffer_pool> origin;
  };

  static std::shared_ptr<const bytes> empty() {
    static const auto instance = std::make_shared<const bytes>();
    return instance;
  }

  std::shared_ptr<const bytes> data_;
};

} // namespace warren
