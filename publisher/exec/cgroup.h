#pragma once

#include <chrono>
#include <string>

#include "hookwire/base/file_descriptor.h"

namespace hookwire {

/// A cgroup (version 2) that a program runs in: what leaves the process group does not leave this.
/// Thread-compatible.
class Cgroup {
 public:
  /// Makes the folder when it is not there. Throws IoError.
  explicit Cgroup(const std::string& folder);

  /// A child that writes "0" to it is in.
  int processes() const noexcept { return processes_.get(); }
  /// Kills every process in it.
  void kill() noexcept;

 private:
  FileDescriptor processes_;
  FileDescriptor kill_;
};

/// Removes `folder` if it is there, waiting until `deadline` for killed processes to leave it.
/// Else it stays.
void remove_cgroup(const std::string& folder,
                   std::chrono::steady_clock::time_point deadline) noexcept;

/// Why no cgroups can be made and killed below `folder`; empty when they can. Makes nothing.
std::string why_no_cgroup(const std::string& folder);

}  // namespace hookwire
