#include <algorithm>
#include <utility>

#include "directory_copy.h"
#include "directory_share_driver.h"
#include "directory_usage.h"
#include "share_errors.h"
#include "share_input.h"

// The part of DirectoryShareDriver that makes and removes snapshots.

namespace hookwire {

/// While it lives, its snapshot is being made: its id is taken, and its share stays.
class DirectoryShareDriver::SnapshotUnderWay {
 public:
  SnapshotUnderWay(DirectoryShareDriver& driver, const std::string& share_id,
                   const std::string& snapshot_id)
      : driver_(driver), snapshot_id_(snapshot_id) {
    const std::lock_guard guard(driver.mutex_);
    static_cast<void>(driver.find(share_id));
    if (driver.store_.state().snapshots.contains(snapshot_id) ||
        driver.copying_.contains(snapshot_id)) {
      throw SnapshotExists(snapshot_id);
    }
    driver.store_.snapshots().check_free(snapshot_id);
    work_ = driver.store_.snapshots().new_work_path(snapshot_id);
    driver.copying_.emplace(snapshot_id, share_id);
  }
  ~SnapshotUnderWay() {
    const std::lock_guard guard(driver_.mutex_);
    driver_.copying_.erase(snapshot_id_);
  }
  SnapshotUnderWay(const SnapshotUnderWay&) = delete;
  SnapshotUnderWay& operator=(const SnapshotUnderWay&) = delete;

  const std::filesystem::path& work() const noexcept { return work_; }

 private:
  DirectoryShareDriver& driver_;
  const std::string snapshot_id_;
  std::filesystem::path work_;
};

std::uint64_t DirectoryShareDriver::snapshot_count(const std::string& share_id) const {
  const auto& snapshots = store_.state().snapshots;
  return static_cast<std::uint64_t>(
      std::count_if(snapshots.begin(), snapshots.end(),
                    [&](const auto& entry) { return entry.second.share_id == share_id; }));
}

Snapshot DirectoryShareDriver::create_snapshot(const std::string& share_id,
                                               const std::string& snapshot_id) {
  check_id("share_id", share_id);
  check_id("snapshot_id", snapshot_id);
  return with_share_errors([&] {
    const SnapshotUnderWay under_way(*this, share_id, snapshot_id);
    std::uint64_t size_bytes = 0;
    try {
      copy_tree(store_.shares().path_of(share_id), under_way.work());
      size_bytes = used_bytes(under_way.work());
    } catch (...) {
      store_.remove(under_way.work());
      throw;
    }
    const std::lock_guard guard(mutex_);
    DirectoryState next = store_.state();
    next.snapshots[snapshot_id] = {.share_id = share_id, .size_bytes = size_bytes};
    store_.commit_made(store_.snapshots(), under_way.work(), snapshot_id, std::move(next));
    return Snapshot{.snapshot_id = snapshot_id,
                    .share_id = share_id,
                    .size_bytes = size_bytes,
                    .provider_location = store_.snapshots().path_of(snapshot_id).string()};
  });
}

void DirectoryShareDriver::delete_snapshot(const std::string& snapshot_id) {
  check_id("snapshot_id", snapshot_id);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    DirectoryState next = store_.state();
    if (next.snapshots.erase(snapshot_id) == 0) throw SnapshotNotFound(snapshot_id);
    const std::filesystem::path work =
        store_.commit_removed(store_.snapshots(), snapshot_id, std::move(next));
    lock.unlock();
    store_.remove(work);
  });
}

}  // namespace hookwire
