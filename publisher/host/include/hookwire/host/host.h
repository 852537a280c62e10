#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"

#pragma GCC visibility push(default)
namespace hookwire {

class Backend;

/// What `hookwire host` was asked to do.
struct HostOptions {
  std::filesystem::path config;
  std::string backend;  ///< Empty: the only one enabled.
  int calls_fd = 0;     ///< Lines with calls are read from here.
  bool stay = false;    ///< Go on serving at the end of the calls, until a signal.
  std::chrono::nanoseconds grace = std::chrono::seconds(2);
  /// Called with the backend before it starts. What it returns goes before the backend does.
  std::function<std::shared_ptr<void>(const Backend&)> beside{};
};

/// What wakes the host from outside. A descriptor is readable once its event has come.
struct HostSignals {
  int wake_fd = -1;  ///< Stop or reload was asked for.
  std::function<bool()> stop_requested;
  std::function<bool()> take_reload;  ///< True once for each request to reload.
};

/// Hosts a driver with its hooks: reads calls, answers each in order on `answers`, one JSON object
/// a line, flushed; see the command line's contract. Returns when the calls end (unless `stay`) or
/// a stop is requested, after the hooks were stopped and clients drained. Throws Error when the
/// configuration is bad or something cannot be opened, and IoError when answers cannot be written.
void run_host(FileSystem& file_system, const Clock& clock, Log& log, const HostOptions& options,
              const HostSignals& signals, std::FILE* answers);

}  // namespace hookwire
#pragma GCC visibility pop
