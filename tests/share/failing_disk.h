#pragma once

#include <atomic>
#include <filesystem>

namespace hookwire::testing {

// A disk that fails where a test wants it, as no real one does: in the place of libc's functions.

/// The how many-th fsync of this process from now on fails; 0: none.
extern std::atomic<long> failing_fsync;
/// The same of exchanges of two names.
extern std::atomic<long> failing_exchange;

/// While it lives, syncing `folder` fails, and from then on every sync: as when a disk dies after
/// a file was renamed. Of this process, not of its children; one at a time.
class FailingSync {
 public:
  explicit FailingSync(const std::filesystem::path& folder);
  ~FailingSync();
  FailingSync(const FailingSync&) = delete;
  FailingSync& operator=(const FailingSync&) = delete;
};

}  // namespace hookwire::testing
