#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "hookwire/base/file_descriptor.h"
#include "hookwire/schemas/status.h"

namespace hookwire {

/// What is served of a publisher over HTTP: /metrics and /healthz. Confined to one thread.
class HttpPages {
 public:
  static constexpr std::size_t kMaxHttpRequestBytes = 16 * 1024;
  static constexpr std::chrono::seconds kTimeLimit{2};

  /// What `report` throws is told to the client.
  explicit HttpPages(std::function<StatusReport()> report);
  ~HttpPages();

  /// Answers the one request of a connection, of kMaxHttpRequestBytes at most and within
  /// kTimeLimit, or until `stop_fd` is readable.
  void serve(FileDescriptor socket, int stop_fd);

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace hookwire
