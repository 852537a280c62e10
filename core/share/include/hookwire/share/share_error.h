#pragma once

#include <stdexcept>
#include <string>

#pragma GCC visibility push(default)
namespace hookwire {

/// The root of what a share driver raises when it cannot do what was asked. Immutable.
class ShareError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ShareNotFound : public ShareError {
 public:
  explicit ShareNotFound(const std::string& share_id)
      : ShareError("share '" + share_id + "' is not known here") {}
};

class ShareExists : public ShareError {
 public:
  explicit ShareExists(const std::string& share_id)
      : ShareError("share '" + share_id + "' exists already") {}
};

/// Something still depends on it.
class ShareInUse : public ShareError {
 public:
  ShareInUse(const std::string& share_id, const std::string& by)
      : ShareError("share '" + share_id + "' is in use: " + by) {}
};

class SnapshotNotFound : public ShareError {
 public:
  explicit SnapshotNotFound(const std::string& snapshot_id)
      : ShareError("snapshot '" + snapshot_id + "' is not known here") {}
};

class SnapshotExists : public ShareError {
 public:
  explicit SnapshotExists(const std::string& snapshot_id)
      : ShareError("snapshot '" + snapshot_id + "' exists already") {}
};

/// Something still depends on it.
class SnapshotInUse : public ShareError {
 public:
  SnapshotInUse(const std::string& snapshot_id, const std::string& by)
      : ShareError("snapshot '" + snapshot_id + "' is in use: " + by) {}
};

class ReplicaNotFound : public ShareError {
 public:
  explicit ReplicaNotFound(const std::string& replica_id)
      : ShareError("replica '" + replica_id + "' is not known here") {}
};

class ReplicaExists : public ShareError {
 public:
  explicit ReplicaExists(const std::string& replica_id)
      : ShareError("replica '" + replica_id + "' exists already") {}
};

/// Something works on it.
class ReplicaInUse : public ShareError {
 public:
  ReplicaInUse(const std::string& replica_id, const std::string& by)
      : ShareError("replica '" + replica_id + "' is in use: " + by) {}
};

/// It is not the same as its share, and would lose what was changed.
class ReplicaNotInSync : public ShareError {
 public:
  ReplicaNotInSync(const std::string& replica_id, const std::string& why)
      : ShareError("replica '" + replica_id + "' is not in sync: " + why) {}
};

class ShareServerNotFound : public ShareError {
 public:
  explicit ShareServerNotFound(const std::string& share_server_id)
      : ShareError("share server '" + share_server_id + "' is not known here") {}
};

class ShareServerExists : public ShareError {
 public:
  explicit ShareServerExists(const std::string& share_server_id)
      : ShareError("share server '" + share_server_id + "' exists already") {}
};

/// Something still depends on it.
class ShareServerInUse : public ShareError {
 public:
  ShareServerInUse(const std::string& share_server_id, const std::string& by)
      : ShareError("share server '" + share_server_id + "' is in use: " + by) {}
};

/// It cannot be moved, or not further; the message says why.
class ShareServerMigrationFailed : public ShareError {
 public:
  ShareServerMigrationFailed(const std::string& share_server_id, const std::string& why)
      : ShareError("share server '" + share_server_id + "' cannot be migrated: " + why) {}
};

/// A folder that cannot become a share server's; the message says which and why.
class ManageInvalidShareServer : public ShareError {
 public:
  using ShareError::ShareError;
};

/// A folder that cannot become a share; the message says which and why.
class ManageInvalidShare : public ShareError {
 public:
  using ShareError::ShareError;
};

/// A folder that cannot become a snapshot; the message says which and why.
class ManageInvalidShareSnapshot : public ShareError {
 public:
  using ShareError::ShareError;
};

/// An argument that no share of this backend could take; the message says which and why.
class InvalidShareInput : public ShareError {
 public:
  using ShareError::ShareError;
};

/// A share may not become smaller than what lies in it.
class ShareShrinkingPossibleDataLoss : public ShareError {
 public:
  using ShareError::ShareError;
};

/// The driver has left out this method.
class ShareMethodNotImplemented : public ShareError {
 public:
  explicit ShareMethodNotImplemented(const std::string& method)
      : ShareError("this share driver does not implement " + method) {}
};

/// The backend has no room for it.
class NotEnoughCapacity : public ShareError {
 public:
  using ShareError::ShareError;
};

/// The machinery below the driver failed: the message has the operating system's words.
class ShareBackendException : public ShareError {
 public:
  using ShareError::ShareError;
};

}  // namespace hookwire
#pragma GCC visibility pop
