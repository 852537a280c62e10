#pragma once

#include <filesystem>

namespace hookwire::testing {

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
