#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "hookwire/base/file_descriptor.h"

namespace hookwire {

/// What a child is made of. Descriptors are the caller's; the child gets copies as 0 to 3.
struct ChildSetup {
  int input = -1;
  int output = -1;
  int errors = -1;
  int program = -1;  ///< What runs, as 3; the file itself, not its name.
  int cgroup = -1;   ///< The cgroup.procs to enter; -1: stays in the host's.
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
};

/// How a child ended.
struct ChildEnd {
  bool known = true;  ///< False: somebody else in this process took its status.
  bool signalled = false;
  int number = 0;  ///< The exit status, or the signal.
};

/// A program in a session and process group of its own. Its group is killed, and it is waited for
/// a moment, when this is destroyed. Move-only; thread-compatible.
class Child {
 public:
  /// Starts it. Nothing of this process goes along but what `setup` names: no other descriptor, no
  /// signal's disposition or mask, no environment, no working folder. It dies with the thread that
  /// starts it. Throws IoError that says which step failed.
  explicit Child(const ChildSetup& setup);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  /// Becomes readable when the child has ended.
  int descriptor() const noexcept { return pidfd_.get(); }

  /// Kills the child and whatever is in its group. Only before it was reaped.
  void kill_group() noexcept;

  /// Waits at most `patience` for its end and takes it from the kernel. Nothing: it has not ended.
  std::optional<ChildEnd> reap(std::chrono::milliseconds patience) noexcept;

 private:
  pid_t pid_ = -1;  // -1: reaped, or moved away
  FileDescriptor pidfd_;
};

}  // namespace hookwire
