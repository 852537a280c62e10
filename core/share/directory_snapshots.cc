#include <algorithm>
#include <utility>

#include "directory_copy.h"
#include "directory_share_driver.h"
#include "directory_usage.h"
#include "share_errors.h"
#include "share_input.h"
#include "under_way.h"

// The part of DirectoryShareDriver that makes and removes snapshots.

namespace hookwire {

std::uint64_t DirectoryShareDriver::snapshot_count(const std::string& share_id) const {
  const auto& snapshots = store_.state().snapshots;
  return static_cast<std::uint64_t>(
      std::count_if(snapshots.begin(), snapshots.end(),
                    [&](const auto& entry) { return entry.second.share_id == share_id; }));
}

const DirectoryState::Snapshot& DirectoryShareDriver::find_snapshot(
    const std::string& snapshot_id) const {
  store_.check_settled(Kind::snapshot, snapshot_id);
  const auto found = store_.state().snapshots.find(snapshot_id);
  if (found == store_.state().snapshots.end()) throw SnapshotNotFound(snapshot_id);
  return found->second;
}

Snapshot DirectoryShareDriver::describe_snapshot(const std::string& snapshot_id) const {
  const DirectoryState::Snapshot& snapshot = find_snapshot(snapshot_id);
  return {.snapshot_id = snapshot_id,
          .share_id = snapshot.share_id,
          .size_bytes = snapshot.size_bytes,
          .provider_location = store_.snapshots().path_of(snapshot_id).string()};
}

void DirectoryShareDriver::check_new_snapshot(const std::string& share_id,
                                              const std::string& snapshot_id) const {
  static_cast<void>(find(share_id));
  if (store_.state().snapshots.contains(snapshot_id) ||
      claims_.is_held(Kind::snapshot, snapshot_id)) {
    throw SnapshotExists(snapshot_id);
  }
}

void DirectoryShareDriver::check_plain(const std::string& snapshot_id) const {
  if (!find_snapshot(snapshot_id).is_replicated) return;
  throw InvalidShareInput("argument 'snapshot_id' must be a snapshot without copies, and '" +
                          snapshot_id + "' is replicated: use delete_replicated_snapshot");
}

Snapshot DirectoryShareDriver::create_snapshot(const std::string& share_id,
                                               const std::string& snapshot_id) {
  check_id("share_id", share_id);
  check_id("snapshot_id", snapshot_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    check_new_snapshot(share_id, snapshot_id);
    store_.snapshots().check_free(snapshot_id);
    const std::filesystem::path part = store_.snapshots().new_part_path(snapshot_id);
    const std::filesystem::path content = store_.content_of(share_id);
    under_way.claim(
        {Kind::share, share_id, Hold::keep, "snapshot '" + snapshot_id + "' is being made of it"});
    under_way.claim({Kind::snapshot, snapshot_id, Hold::change, "it is being made"});
    lock.unlock();
    std::filesystem::path work;
    std::uint64_t size_bytes = 0;
    try {
      copy_tree(content, part);
      size_bytes = used_bytes(part);
      work = store_.snapshots().made_whole(part);
    } catch (...) {
      store_.remove(part);
      throw;
    }
    lock.lock();
    DirectoryState next = store_.state();
    next.snapshots[snapshot_id] = {.share_id = share_id, .size_bytes = size_bytes};
    store_.commit_made(store_.snapshots(), work, snapshot_id, std::move(next));
    return describe_snapshot(snapshot_id);
  });
}

void DirectoryShareDriver::delete_snapshot(const std::string& snapshot_id) {
  check_id("snapshot_id", snapshot_id);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    check_plain(snapshot_id);
    claims_.check(Kind::snapshot, snapshot_id, Hold::change);
    DirectoryState next = store_.state();
    next.snapshots.erase(snapshot_id);
    const auto parts = store_.commit_removed(store_.snapshots(), snapshot_id, std::move(next));
    lock.unlock();
    store_.remove(parts);
  });
}

void DirectoryShareDriver::check_revert(const std::string& share_id,
                                        const std::string& snapshot_id) const {
  check_stays(find(share_id).share_server_id);
  const std::uint64_t size_gb = find(share_id).size_gb;
  const DirectoryState::Snapshot& snapshot = find_snapshot(snapshot_id);
  if (snapshot.share_id != share_id) {
    throw InvalidShareInput("argument 'snapshot_id' must be a snapshot of share '" + share_id +
                            "', but '" + snapshot_id + "' is of share '" + snapshot.share_id + "'");
  }
  if (!fits(snapshot.size_bytes, size_gb)) {
    throw InvalidShareInput("snapshot '" + snapshot_id + "' " +
                            overfull(snapshot.size_bytes, size_gb) + " that share '" + share_id +
                            "' has: extend that first");
  }
}

void DirectoryShareDriver::revert_to_snapshot(const std::string& share_id,
                                              const std::string& snapshot_id) {
  check_id("share_id", share_id);
  check_id("snapshot_id", snapshot_id);
  with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    check_revert(share_id, snapshot_id);
    ContentFolder& shares = store_.home_of(find(share_id));
    std::filesystem::path part = shares.new_part_path(share_id);
    const std::filesystem::path snapshot = store_.snapshots().path_of(snapshot_id);
    const std::string why =
        "share '" + share_id + "' is being reverted to snapshot '" + snapshot_id + "'";
    under_way.claim({Kind::share, share_id, Hold::change, why});
    under_way.claim({Kind::snapshot, snapshot_id, Hold::keep, why});
    lock.unlock();
    std::filesystem::path old;
    try {
      copy_tree(snapshot, part);
      lock.lock();
      old = shares.replace(part, share_id, log_);
      lock.unlock();
    } catch (...) {
      if (lock.owns_lock()) lock.unlock();
      store_.remove(part);
      throw;
    }
    store_.remove(old);
  });
}

}  // namespace hookwire
