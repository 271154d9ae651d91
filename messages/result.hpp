#pragma once

#include <optional>
#include <system_error>
#include <utility>
#include <variant>

namespace warren {

/// A value, or the reason there is none. Stands in for C++23's std::expected<T, std::error_code>.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : state_{std::in_place_index<0>, std::move(value)} {}
  result(std::error_code why) : state_{std::in_place_index<1>, why} {}

  template <class Enum, class = std::enable_if_t<std::is_error_code_enum_v<Enum>>>
  result(Enum why) : result{make_error_code(why)} {}

  explicit operator bool() const noexcept { return state_.index() == 0; }

  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  /// Returns why there is no value; an empty code when there is one.
  std::error_code error() const noexcept {
    auto why = std::get_if<1>(&state_);
    return why ? *why : std::error_code{};
  }

private:
  std::variant<T, std::error_code> state_;
};

} // namespace warren
