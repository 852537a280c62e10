#pragma once

#include <functional>
#include <memory>
#include <string>

#include "hookwire/base/file_descriptor.h"
#include "hookwire/base/log.h"
#include "hookwire/schemas/status.h"

namespace hookwire {

/// Serves /metrics and /healthz over HTTP, one connection after the other, on the thread "hw-http".
/// What clients do holds up each other and nobody else: a connection has the bounds of HttpPages,
/// and there are kConnectionsPerSecond.
class MetricsServer {
 public:
  static constexpr int kConnectionsPerSecond = 50;

  /// Serves those that connect to `listener`, of listen_at(). `report` and `started` are as
  /// of HttpPages, and called on the thread. `log` must outlive the server. Throws IoError.
  MetricsServer(Log& log, FileDescriptor listener, std::function<StatusReport()> report,
                std::function<bool()> started);
  /// Ends the connection in flight and the thread.
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire
