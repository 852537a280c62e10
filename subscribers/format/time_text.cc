#include "hookwire/format/time_text.h"

#include <time.h>

#include <array>
#include <cstdio>

namespace hookwire {
namespace {

struct SplitTime {
  std::tm calendar{};
  std::int64_t ns = 0;
};

SplitTime split(std::int64_t unix_ns, bool utc) {
  constexpr std::int64_t kSecondNs = 1'000'000'000;
  std::int64_t seconds = unix_ns / kSecondNs;
  std::int64_t ns = unix_ns % kSecondNs;
  if (ns < 0) {
    ns += kSecondNs;
    --seconds;
  }
  const std::time_t time = seconds;
  SplitTime result;
  result.ns = ns;
  if (utc) {
    ::gmtime_r(&time, &result.calendar);
  } else {
    ::localtime_r(&time, &result.calendar);
  }
  return result;
}

std::string print(const SplitTime& time, char between) {
  std::array<char, 64> text{};
  const std::tm& at = time.calendar;
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d%c%02d:%02d:%02d", at.tm_year + 1900,
                at.tm_mon + 1, at.tm_mday, between, at.tm_hour, at.tm_min, at.tm_sec);
  return text.data();
}

}  // namespace

std::string utc_time_text(std::int64_t unix_ns) {
  const SplitTime time = split(unix_ns, true);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%09dZ", static_cast<int>(time.ns));
  return print(time, 'T') + fraction.data();
}

std::string short_time_text(std::int64_t unix_ns, bool utc) {
  const SplitTime time = split(unix_ns, utc);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03d", static_cast<int>(time.ns / 1'000'000));
  return print(time, ' ') + fraction.data() + (utc ? "Z" : "");
}

std::string duration_text(std::chrono::nanoseconds duration) {
  const auto ns = static_cast<double>(duration.count());
  std::array<char, 32> text{};
  if (ns < 1e3) {
    std::snprintf(text.data(), text.size(), "%.0f ns", ns);
  } else if (ns < 999.95e3) {
    std::snprintf(text.data(), text.size(), "%.1f us", ns / 1e3);
  } else if (ns < 999.95e6) {
    std::snprintf(text.data(), text.size(), "%.1f ms", ns / 1e6);
  } else {
    std::snprintf(text.data(), text.size(), "%.1f s", ns / 1e9);
  }
  return text.data();
}

}  // namespace hookwire
