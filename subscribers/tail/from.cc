#include "hookwire/tail/from.h"

#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "hookwire/base/error.h"

namespace hookwire {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

template <class T>
std::optional<T> number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional(value) : std::nullopt;
}

// Decimal seconds as nanoseconds; digits behind the ninth are dropped.
std::optional<std::int64_t> seconds_ns(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto whole = number<std::uint64_t>(text.substr(0, point));
  if (!whole || *whole > std::numeric_limits<std::int64_t>::max() / kSecondNs - 1) return {};
  std::int64_t ns = static_cast<std::int64_t>(*whole) * kSecondNs;
  if (point == std::string_view::npos) return ns;
  std::string fraction(text.substr(point + 1));
  if (!number<std::uint64_t>(fraction.substr(0, 18))) return {};
  fraction.resize(9, '0');
  return ns + static_cast<std::int64_t>(*number<std::uint64_t>(fraction));
}

// Takes `count` digits off the front, and then `end` if it is not 0.
std::optional<int> take(std::string_view& text, std::size_t count, char end) {
  const std::size_t needed = count + (end != 0 ? 1 : 0);
  if (text.size() < needed || (end != 0 && text[count] != end)) return {};
  const auto value = number<unsigned>(text.substr(0, count));
  text.remove_prefix(needed);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

// "Z", "+02:00", "-05:30" as seconds east of UTC.
std::optional<int> offset_seconds(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return {};
  const int sign = text[0] == '+' ? 1 : -1;
  text.remove_prefix(1);
  const auto hours = take(text, 2, ':');
  const auto minutes = take(text, 2, 0);
  if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return {};
  return sign * (*hours * 3600 + *minutes * 60);
}

std::optional<std::int64_t> rfc3339_ns(std::string_view text) {
  using namespace std::chrono;
  const auto y = take(text, 4, '-');
  const auto mo = y ? take(text, 2, '-') : std::nullopt;
  const auto d = mo ? take(text, 2, 0) : std::nullopt;
  if (!d || text.empty() || (text[0] != 'T' && text[0] != 't' && text[0] != ' ')) return {};
  text.remove_prefix(1);
  const auto h = take(text, 2, ':');
  const auto mi = h ? take(text, 2, ':') : std::nullopt;
  if (!mi) return {};
  const std::size_t zone = text.find_first_not_of("0123456789.");
  if (zone == std::string_view::npos || zone < 2) return {};
  const auto s = seconds_ns(text.substr(0, zone));
  const auto offset = offset_seconds(text.substr(zone));
  const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)),
                            day(static_cast<unsigned>(*d))};
  // Nanoseconds since 1970 fit for these years only.
  const bool sound = s && offset && date.ok() && *y >= 1970 && *y <= 2261 && *h < 24 && *mi < 60 &&
                     *s < 61 * kSecondNs;
  if (!sound) return {};
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  return ((days * 24 + *h) * 60 + *mi) * 60 * kSecondNs + *s - *offset * kSecondNs;
}

std::optional<std::int64_t> ago_ns(std::string_view text) {
  if (text.empty()) return {};
  const auto unit = [&]() -> std::int64_t {
    switch (text.back()) {
      case 's':
        return 1;
      case 'm':
        return 60;
      case 'h':
        return 3600;
      case 'd':
        return 86400;
      default:
        return 0;
    }
  }();
  const auto count = number<std::uint32_t>(text.substr(0, text.size() - 1));
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / kSecondNs;
  if (unit == 0 || !count || *count > kMost / unit) return {};
  return *count * unit * kSecondNs;
}

std::optional<StreamStart> behind(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = text.find(':', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return {};
  const auto journal = number<std::uint64_t>(text.substr(0, first), 16);
  const auto epoch = number<std::uint32_t>(text.substr(first + 1, second - first - 1));
  const auto sequence = number<std::uint64_t>(text.substr(second + 1));
  if (!journal || !epoch || !sequence || *sequence == std::numeric_limits<std::uint64_t>::max()) {
    return {};
  }
  return StreamStart{.from = StreamStart::From::sequence,
                     .sequence = *sequence + 1,
                     .journal_id = *journal,
                     .epoch = *epoch};
}

StreamStart at_time(std::int64_t time_ns) {
  return {.from = StreamStart::From::time, .time_ns = time_ns};
}

}  // namespace

StreamStart parse_from(std::string_view text, std::int64_t now_ns) {
  if (text == "earliest") return {.from = StreamStart::From::earliest};
  if (text == "latest") return {.from = StreamStart::From::latest};
  if (const auto sequence = number<std::uint64_t>(text); sequence && *sequence > 0) {
    return {.from = StreamStart::From::sequence, .sequence = *sequence};
  }
  if (const auto ago = ago_ns(text)) return at_time(now_ns - *ago);
  if (text.starts_with('@')) {
    if (const auto time = seconds_ns(text.substr(1))) return at_time(*time);
  }
  if (const auto time = rfc3339_ns(text)) return at_time(*time);
  if (const auto start = behind(text)) return *start;
  throw Error(ErrorCode::bad_input,
              "--from " + std::string(text) +
                  ": expected earliest, latest, a sequence (1042), a time ago (2h, 90s), a time "
                  "(2026-11-23T08:11:23Z or @1795421483), or JOURNAL:EPOCH:SEQ");
}

std::chrono::nanoseconds parse_seconds(std::string_view text) {
  const auto ns = seconds_ns(text);
  if (!ns || *ns == 0) {
    throw Error(ErrorCode::bad_input, "\"" + std::string(text) +
                                          "\" is no number of seconds; expected one above 0, such "
                                          "as 10 or 0.5");
  }
  return std::chrono::nanoseconds(*ns);
}

}  // namespace hookwire
