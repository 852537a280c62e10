#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace hookwire::testing {

/// True when the environment says HOOKWIRE_LONG=1: a test then runs its long form, as
/// `./dev torture` wants it, and not the short one of CI.
inline bool long_form() {
  const char* const value = std::getenv("HOOKWIRE_LONG");
  return value != nullptr && std::string_view(value) == "1";
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// How often a test repeats what chance decides: `many` times in the long form, else `few` times,
/// or a quarter of that with a sanitizer, under which each takes ten times as long.
inline std::uint64_t repeats(std::uint64_t few, std::uint64_t many) {
  if (long_form()) return many;
  return kSanitized ? few / 4 : few;
}

/// A sweep over all places where a process can die takes each so many-th: with a sanitizer, which
/// sees little in what was killed, every fourth.
inline std::uint64_t stride() {
  return kSanitized && !long_form() ? 4 : 1;
}

/// The seed of everything random in a test: HOOKWIRE_SEED where it is set, else another each time.
/// A test says it with SCOPED_TRACE or report(), so that a failure can be run again.
inline std::uint64_t test_seed() {
  const char* const value = std::getenv("HOOKWIRE_SEED");
  if (value != nullptr && *value != '\0') return std::strtoull(value, nullptr, 10);
  return std::random_device{}();
}

/// What one figure of a report is called, and how much it was. Figures are summed up over runs; a
/// key that begins with "lost" counts what must never happen, and `seed` is listed.
struct Figure {
  std::string_view key;
  std::uint64_t value = 0;
};

/// Prints "torture: NAME key=value ...": what was tried, and how often each fault hit.
inline void report(std::string_view name, std::initializer_list<Figure> figures) {
  std::string line = "torture: " + std::string(name);
  for (const Figure& figure : figures) {
    line += ' ' + std::string(figure.key) + '=' + std::to_string(figure.value);
  }
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace hookwire::testing
