#include "hookwire/hooks/spdlog_log.h"

#include <algorithm>
#include <string>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace hookwire {

namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}

class SpdlogLog final : public Log {
 public:
  explicit SpdlogLog(LogLevel least)
      : logger_("hookwire", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()) {
    logger_.set_level(spdlog_level(least));
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
    logger_.flush_on(spdlog::level::debug);
  }

  // A caller chooses part of what is logged: a control character of his must not begin a line of
  // its own, nor move a terminal's cursor.
  void write(LogLevel level, std::string_view line) noexcept override {
    try {
      std::string safe(line);
      std::replace_if(safe.begin(), safe.end(), is_control, ' ');
      logger_.log(spdlog_level(level), spdlog::string_view_t(safe.data(), safe.size()));
    } catch (...) {
      return;  // a line lost for want of memory must not fail the call that it is about
    }
  }

 private:
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<Log> make_stderr_log(LogLevel least) {
  return std::make_unique<SpdlogLog>(least);
}

}  // namespace hookwire
