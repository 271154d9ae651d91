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
        return "the saved DHT table is damaged; delete it and start from the bootstrap nodes";
      case errc::other_table_version:
        return "the saved DHT table is of another version; delete it and start from the bootstrap nodes";
      case errc::bad_value:
        return "a DHT item's value must be bencoded with sorted keys and at most 1000 octets long; see BEP 44";
      case errc::bad_salt:
        return "a DHT item's salt must be at most 64 octets long; shorten it";
      case errc::bad_signature:
        return "a DHT item is not signed by its owner; sign it again";
      case errc::cas_mismatch:
        return "the DHT item has changed meanwhile; read it again and repeat";
      case errc::superseded:
        return "a newer version of the DHT item is stored; read it and use a higher sequence number";
      case errc::bad_record:
        return "a peer record is malformed or not signed by its peer; make it anew for this info-hash";
      case errc::no_rendezvous:
        return "no DHT node is known that could reach this peer; look its topic up first";
      case errc::not_forwarded:
        return "no DHT node has forwarded to this peer; use a relay or try later";
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
