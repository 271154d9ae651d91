#include "messages/errc.hpp"

namespace warren {

std::string to_string(errc code) {
  switch (code) {
    case errc::none:
      return "none";
    case errc::closed_locally:
      return "closed_locally";
    case errc::closed_by_peer:
      return "closed_by_peer";
    case errc::path_lost:
      return "path_lost";
    case errc::replaced:
      return "replaced";
    case errc::protocol_violation:
      return "protocol_violation";
    case errc::handshake_failed:
      return "handshake_failed";
    case errc::access_denied:
      return "access_denied";
    case errc::local_only:
      return "local_only";
    case errc::already_joined:
      return "already_joined";
    case errc::not_joined:
      return "not_joined";
    case errc::not_open:
      return "not_open";
    case errc::limit_reached:
      return "limit_reached";
    case errc::too_large:
      return "too_large";
    case errc::timed_out:
      return "timed_out";
    case errc::relay_unreachable:
      return "relay_unreachable";
    case errc::child_failed:
      return "child_failed";
    case errc::bad_config:
      return "bad_config";
    case errc::invalid_item:
      return "invalid_item";
    case errc::storage_failed:
      return "storage_failed";
    case errc::not_found:
      return "not_found";
    case errc::network_failed:
      return "network_failed";
    case errc::self_connection:
      return "self_connection";
    case errc::identity_conflict:
      return "identity_conflict";
  }
  return "unknown";
}

} // namespace warren
