#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace hookwire::testing {

/// What a proxy does to what passes. Each kind of fault comes after a random number of bytes, which
/// is `..._every` on average, in each direction of each connection; 0: never.
struct ProxyFaults {
  std::uint64_t delay_every = 0;
  std::chrono::milliseconds delay_most{10};
  std::uint64_t cut_every = 0;  ///< The connection ends, in the middle of whatever passes.
  std::uint64_t stall_every = 0;
  std::chrono::milliseconds stall_for{1000};  ///< Nothing passes, and nobody is told.
  std::uint64_t flip_every = 0;               ///< One bit.
  /// No bit is flipped in these bytes of a connection, counted from its beginning.
  std::uint64_t flip_not_from = 0;
  std::uint64_t flip_not_to = 0;
};

/// How often each fault hit.
struct ProxyCounts {
  std::uint64_t connections = 0;
  std::uint64_t refused = 0;  ///< Nobody listened behind the proxy.
  std::uint64_t bytes = 0;    ///< That passed, both ways.
  std::uint64_t delays = 0;
  std::uint64_t cuts = 0;
  std::uint64_t stalls = 0;
  std::uint64_t flips = 0;
  std::uint64_t swallowed = 0;  ///< Bytes.
};

/// Passes TCP connections on to a port of this machine, not quite faithfully. Listens on 127.0.0.1
/// only. Has one thread, and no lock that is held across a system call. Thread-safe.
class TcpProxy {
 public:
  /// Throws std::system_error when the machine has no port left.
  TcpProxy(ProxyFaults faults, std::uint64_t seed);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const noexcept;
  std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(port()); }

  /// Where connections go from now on; 0: nowhere.
  void set_target(std::uint16_t port) noexcept;
  /// For connections that begin from now on.
  void set_faults(const ProxyFaults& faults);
  /// While set, what the target sends is thrown away, and its connections stay.
  void swallow(bool on) noexcept;
  /// Ends every connection.
  void cut_all() noexcept;

  ProxyCounts counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookwire::testing
