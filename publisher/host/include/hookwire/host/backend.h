#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/hooks/config_file.h"
#include "hookwire/hooks/hook_registry.h"
#include "hookwire/hooks/hooked.h"
#include "hookwire/hooks/periodic_runner.h"
#include "hookwire/publisher/publisher.h"
#include "hookwire/share/share_driver.h"

#pragma GCC visibility push(default)
namespace hookwire {

struct StatusReport;

/// What a configuration file says of one backend, read and checked, nothing opened yet. Immutable.
struct BackendPlan {
  std::string backend;    ///< Its group.
  std::string publisher;  ///< host@backend
  std::string driver;     ///< "directory"
  std::filesystem::path directory_root;
  std::string host;
  /// Set when hook_drivers lists hookwire:NotificationHook; otherwise nothing is published.
  std::optional<PublisherOptions> publishing;
  std::vector<std::string> redact;  ///< What is secret when nothing is published.
  std::vector<HookInstance> hooks;  ///< In order; the notification hook's `hook` is null.
  std::chrono::nanoseconds call_time_budget{0};  ///< For all hooks of a call; 0: none.

  /// Reads `backend`, or, when that is empty, the only one of enabled_backends, and loads its
  /// hooks' libraries. Opens nothing else. Throws Error configuration with file and line.
  static BackendPlan read(const ConfigFile& file, std::string backend, const Clock& clock,
                          Log& log);

  /// One line for people: what is published, where, and who may read it.
  std::string summary() const;
  /// For `config check`: the summary, and a line for each hook.
  std::vector<std::string> lines() const;
};

/// The backends that `enabled_backends` lists. Throws Error configuration when there is none.
std::vector<std::string> enabled_backends(const ConfigFile& file);

/// A backend at work: its driver, its hooks, its publisher. Thread-safe.
class Backend {
 public:
  /// Opens driver, journal and endpoints. The references must outlive the backend. Throws Error:
  /// configuration, busy, incompatible, IoError.
  Backend(FileSystem& file_system, const Clock& clock, Log& log, BackendPlan plan);
  ~Backend();

  /// Starts the relay and the periodic ticks.
  void start();
  /// start() has done its work.
  bool started() const noexcept;
  /// Stops the periodic hooks, then the publisher, with `grace` for connected clients.
  void stop(std::chrono::nanoseconds grace);
  /// Takes over the hooks and switches of a plan read anew; calls in flight end with the old ones.
  /// Throws Error configuration, with nothing changed, when it changes what only a restart can
  /// change: the driver, the journal, the endpoints.
  void reload(BackendPlan plan);

  Hooked<ShareDriver> driver();
  HookChain& chain();
  PeriodicRunner& periodic();
  /// How it is: as Publisher::report(), or the hooks alone when nothing is published.
  StatusReport report() const;

 private:
  class [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
#pragma GCC visibility pop
