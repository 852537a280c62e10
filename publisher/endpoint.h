#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "hookwire/base/file_system.h"
#include "hookwire/publisher/relay.h"

namespace hookwire {

/// An endpoint taken apart.
struct Endpoint {
  std::filesystem::path path;  ///< Of an ipc socket; empty for tcp.
  std::string address;         ///< Of a tcp socket, numeric, without brackets; or "*".
  bool is_ipc() const noexcept { return !path.empty(); }
  bool is_loopback() const;  ///< A tcp address that only this machine reaches.
};

/// Throws Error configuration for what is neither ipc://PATH nor tcp://ADDRESS:PORT, for a path
/// above 107 bytes, and for an address that is not numeric.
Endpoint parse_endpoint(std::string_view endpoint);

/// `endpoint` with a relative ipc path taken as relative to `base`; anything else as it is.
std::string resolve_endpoint(std::string_view endpoint, const std::filesystem::path& base);

/// Makes a place where `options.endpoint` may be bound. For ipc: the folder (made when absent) must
/// be ours and open to nobody but the group, and `PATH.lock` beside the socket is locked, for
/// ZeroMQ would take a path from whoever listens there without a word. The lock file stays. For tcp
/// the address must be loopback unless insecure_transport; no lock is needed (null).
///
/// From bind() to protect_endpoint() the socket has the mode the umask gives; the folder keeps
/// everybody else out meanwhile, and the group has no write permission, so cannot connect, yet.
/// Throws Error: configuration, busy with the holder's pid, IoError.
std::unique_ptr<FileLock> prepare_endpoint(FileSystem& file_system, const EndpointOptions& options);

/// Gives a bound ipc socket its mode, 0600 or 0660, and its group. Throws IoError.
void protect_endpoint(const EndpointOptions& options);

/// Removes the file of an ipc socket that was closed; ZeroMQ leaves it. Only while the lock of
/// prepare_endpoint() is held, so that nobody else's is removed.
void remove_endpoint(const EndpointOptions& options) noexcept;

/// A place to bind at, from before the socket is bound until after it was closed: as a member it
/// stands before the socket, so that the socket's file goes also when a constructor throws.
/// Thread-compatible.
class HeldEndpoint {
 public:
  /// Throws as prepare_endpoint() does.
  HeldEndpoint(FileSystem& file_system, EndpointOptions options);
  ~HeldEndpoint() { release(); }
  HeldEndpoint(const HeldEndpoint&) = delete;
  HeldEndpoint& operator=(const HeldEndpoint&) = delete;

  const std::string& endpoint() const noexcept { return options_.endpoint; }
  /// Call after each bind. Throws IoError.
  void protect() const { protect_endpoint(options_); }
  /// The socket was closed: its file goes, then the lock. A second time does nothing.
  void release() noexcept;

 private:
  const EndpointOptions options_;
  std::unique_ptr<FileLock> lock_;
  bool held_ = true;
};

}  // namespace hookwire
