#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <thread>

namespace hookwire {

/// Turns SIGINT and SIGTERM into a stop request and SIGHUP into a reload request. The second stop
/// signal ends the process at once. SIGPIPE is ignored. Owns the thread "hw-signals"; every other
/// thread has these signals blocked. Make it in main() before any thread is made.
class Signals {
 public:
  /// Throws IoError.
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  std::stop_token stop_token() const noexcept { return stop_.get_token(); }
  bool stop_requested() const noexcept { return stop_.stop_requested(); }
  /// True once for each reload asked for since the last call.
  bool take_reload() noexcept;
  /// Readable once a stop was requested, and from a reload until it is taken.
  int wake_fd() const noexcept { return wake_fd_; }

 private:
  void watch();

  int signal_fd_;
  int wake_fd_;
  int end_fd_;
  std::stop_source stop_;
  std::atomic<bool> reload_{false};
  std::thread thread_;
};

}  // namespace hookwire
