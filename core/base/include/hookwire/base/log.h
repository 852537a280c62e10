#pragma once

#include <string_view>

#include "hookwire/base/uncancelled.h"

#pragma GCC visibility push(default)
namespace hookwire {

enum class LogLevel { debug, info, warning, error };

/// Where a part of Hookwire says what happened, in whole sentences of one line. Thread-safe.
class Log {
 public:
  virtual ~Log() = default;

  /// Takes the line; must not throw and should not block for long.
  virtual void write(LogLevel level, std::string_view line) noexcept = 0;

  /// Writes the line; a thread that is being cancelled writes it first.
  void say(LogLevel level, std::string_view line) noexcept {
    const Uncancelled whole;
    write(level, line);
  }
  void debug(std::string_view line) noexcept { say(LogLevel::debug, line); }
  void info(std::string_view line) noexcept { say(LogLevel::info, line); }
  void warning(std::string_view line) noexcept { say(LogLevel::warning, line); }
  void error(std::string_view line) noexcept { say(LogLevel::error, line); }
};

/// Says nothing.
class NullLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*line*/) noexcept override {}
};

}  // namespace hookwire
#pragma GCC visibility pop
