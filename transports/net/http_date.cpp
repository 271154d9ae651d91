#include "transports/net/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace warren::net {

namespace {

constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Returns the number that makes up all of `digits`, or nothing.
std::optional<unsigned> number(std::string_view digits) {
  unsigned value = 0;
  auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (wrong != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return value;
}

} // namespace

std::string http_date(std::chrono::system_clock::time_point when) {
  using namespace std::chrono;
  auto day = floor<days>(when);
  year_month_day date{day};
  hh_mm_ss time{floor<seconds>(when) - day};
  std::array<char, 64> text{};
  std::snprintf(
      text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
      day_names[weekday{day}.c_encoding()].data(), static_cast<unsigned>(date.day()),
      month_names[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  return text.data();
}

std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view shape = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != shape.size())
    return std::nullopt;
  for (auto fixed : {3u, 4u, 7u, 11u, 16u, 19u, 22u, 25u, 26u, 27u, 28u})
    if (text[fixed] != shape[fixed])
      return std::nullopt;
  auto named = std::find(month_names.begin(), month_names.end(), text.substr(8, 3));
  auto day_of_month = number(text.substr(5, 2));
  auto year_number = number(text.substr(12, 4));
  auto hour = number(text.substr(17, 2));
  auto minute = number(text.substr(20, 2));
  auto second = number(text.substr(23, 2));
  if (named == month_names.end() || !day_of_month || !year_number || !hour || !minute || !second || *hour > 23
      || *minute > 59 || *second > 60) // RFC 9110 5.6.7: a leap second
    return std::nullopt;
  year_month_day date{
      year{static_cast<int>(*year_number)}, month{static_cast<unsigned>(named - month_names.begin()) + 1},
      day{*day_of_month}};
  if (!date.ok())
    return std::nullopt;
  return sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second};
}

} // namespace warren::net
