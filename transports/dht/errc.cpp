#include "transports/dht/errc.hpp"

#include <string>

namespace warren::dht {

namespace {

class dht_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "dht"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::no_nodes:
        return "no DHT node is known or answers; check --bootstrap and that UDP gets out";
      case errc::too_many_lookups:
        return "too many DHT lookups are under way; wait for some to end";
      case errc::bad_saved_table:
        return "the saved DHT table cannot be read; delete it and start from the bootstrap nodes";
    }
    return "unknown DHT error";
  }
};

} // namespace

const std::error_category& category() noexcept {
  static const dht_category instance;
  return instance;
}

} // namespace warren::dht
