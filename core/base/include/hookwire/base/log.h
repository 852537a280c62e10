#pragma once

#include <string_view>

namespace hookwire {

enum class LogLevel { debug, info, warning, error };

/// Where a part of Hookwire says what happened, in whole sentences of one line. Thread-safe.
class Log {
 public:
  virtual ~Log() = default;

  /// Takes the line; must not throw and should not block for long.
  virtual void write(LogLevel level, std::string_view line) noexcept = 0;

  void debug(std::string_view line) noexcept { write(LogLevel::debug, line); }
  void info(std::string_view line) noexcept { write(LogLevel::info, line); }
  void warning(std::string_view line) noexcept { write(LogLevel::warning, line); }
  void error(std::string_view line) noexcept { write(LogLevel::error, line); }
};

/// Says nothing.
class NullLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*line*/) noexcept override {}
};

}  // namespace hookwire
