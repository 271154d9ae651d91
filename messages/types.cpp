#include "messages/types.hpp"

namespace warren {

std::string to_string(path_kind kind) {
  switch (kind) {
    case path_kind::none:
      return "none";
    case path_kind::lan:
      return "lan";
    case path_kind::direct:
      return "direct";
    case path_kind::relay:
      return "relay";
  }
  return "none";
}

std::string describe(const caf::error& error) {
  if (!error)
    return "none";
  if (error.category() != caf::atom("warren"))
    return caf::to_string(error);
  auto name = to_string(static_cast<errc>(error.code()));
  if (error.context().match_elements<std::string>()) {
    const auto& detail = error.context().get_as<std::string>(0);
    if (!detail.empty())
      return detail;
  }
  return name;
}

} // namespace warren
