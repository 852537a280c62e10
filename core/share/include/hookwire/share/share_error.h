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
