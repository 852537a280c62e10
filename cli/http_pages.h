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
  /// For a request to come whole, and again for the client to go once it has its answer: others
  /// wait so long behind one that says nothing.
  static constexpr std::chrono::milliseconds kRequestTimeLimit{300};
  static constexpr std::chrono::seconds kTimeLimit{2};  ///< For all of it.

  /// What `report` throws is told to the client. Until `started` says true, /healthz says that
  /// the publisher is starting.
  HttpPages(std::function<StatusReport()> report, std::function<bool()> started);
  ~HttpPages();

  /// Answers the one request of a connection, of kMaxHttpRequestBytes at most and within the
  /// limits above, or until `stop_fd` is readable.
  void serve(FileDescriptor socket, int stop_fd);

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace hookwire
