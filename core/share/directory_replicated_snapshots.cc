#include <utility>

#include "directory_copy.h"
#include "directory_share_driver.h"
#include "directory_usage.h"
#include "share_errors.h"
#include "share_input.h"
#include "under_way.h"

// The part of DirectoryShareDriver that keeps snapshots of which every replica has a copy.

namespace hookwire {

ReplicaSnapshot DirectoryShareDriver::describe_replica_snapshot(
    const std::string& replica_id, const std::string& snapshot_id) const {
  return {.replica_id = replica_id,
          .snapshot_id = snapshot_id,
          .status = "available",
          .provider_location = store_.replica(replica_id).snapshots.path_of(snapshot_id).string()};
}

std::vector<ReplicaSnapshot> DirectoryShareDriver::create_replicated_snapshot(
    const std::string& share_id, const std::string& snapshot_id) {
  check_id("share_id", share_id);
  check_id("snapshot_id", snapshot_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    check_new_snapshot(share_id, snapshot_id);
    store_.snapshots().check_free(snapshot_id);
    const std::vector<std::string> replica_ids = replicas_of(share_id);
    if (replica_ids.empty()) {
      throw InvalidShareInput("argument 'share_id' must be a share with replicas, and '" +
                              share_id + "' has none: use create_snapshot");
    }
    const std::string why = "snapshot '" + snapshot_id + "' is being made of it";
    under_way.claim({Kind::share, share_id, Hold::keep, why});
    under_way.claim({Kind::snapshot, snapshot_id, Hold::change, "it is being made"});
    // The snapshot first, then its copies; each under its partial name.
    std::vector<DirectoryStore::Made> made{
        {&store_.snapshots(), store_.snapshots().new_part_path(snapshot_id), snapshot_id}};
    for (const std::string& id : replica_ids) {
      under_way.claim({Kind::replica, id, Hold::keep, why});
      ContentFolder& snapshots = store_.replica(id).snapshots;
      snapshots.check_free(snapshot_id);
      made.push_back({&snapshots, snapshots.new_part_path(snapshot_id), snapshot_id});
    }
    const std::filesystem::path content = store_.content_of(share_id);
    lock.unlock();
    std::uint64_t size_bytes = 0;
    try {
      for (const DirectoryStore::Made& one : made) {
        copy_tree(&one == &made.front() ? content : made.front().work, one.work);
      }
      size_bytes = used_bytes(made.front().work);
      for (DirectoryStore::Made& one : made) one.work = one.folder->made_whole(one.work);
    } catch (...) {
      for (const DirectoryStore::Made& one : made) store_.remove(one.work);
      throw;
    }
    lock.lock();
    DirectoryState next = store_.state();
    next.snapshots[snapshot_id] = {
        .share_id = share_id, .size_bytes = size_bytes, .is_replicated = true};
    for (const std::string& id : replica_ids) next.replicas.at(id).snapshots.insert(snapshot_id);
    store_.commit_made(made, std::move(next));
    std::vector<ReplicaSnapshot> described;
    for (const std::string& id : replica_ids) {
      described.push_back(describe_replica_snapshot(id, snapshot_id));
    }
    return described;
  });
}

void DirectoryShareDriver::delete_replicated_snapshot(const std::string& snapshot_id) {
  check_id("snapshot_id", snapshot_id);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    if (!find_snapshot(snapshot_id).is_replicated) {
      throw InvalidShareInput("argument 'snapshot_id' must be a replicated snapshot, and '" +
                              snapshot_id + "' is none: use delete_snapshot");
    }
    claims_.check(Kind::snapshot, snapshot_id, Hold::change);
    DirectoryState next = store_.state();
    next.snapshots.erase(snapshot_id);
    std::vector<DirectoryStore::Place> places{{&store_.snapshots(), snapshot_id}};
    for (auto& [id, replica] : next.replicas) {
      if (replica.snapshots.erase(snapshot_id) == 0) continue;
      claims_.check(Kind::replica, id, Hold::change);
      places.push_back({&store_.replica(id).snapshots, snapshot_id});
    }
    const auto parts = store_.commit_removed(places, std::move(next));
    lock.unlock();
    store_.remove(parts);
  });
}

ReplicaSnapshot DirectoryShareDriver::update_replicated_snapshot(const std::string& replica_id,
                                                                 const std::string& snapshot_id) {
  check_id("replica_id", replica_id);
  check_id("snapshot_id", snapshot_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    const DirectoryState::Replica replica = find_replica(replica_id);
    const DirectoryState::Snapshot& snapshot = find_snapshot(snapshot_id);
    if (!snapshot.is_replicated || snapshot.share_id != replica.share_id) {
      throw InvalidShareInput("argument 'snapshot_id' must be a replicated snapshot of share '" +
                              replica.share_id + "', and '" + snapshot_id + "' is none");
    }
    ContentFolder& snapshots = store_.replica(replica_id).snapshots;
    const std::string why =
        "replica '" + replica_id + "' is being given snapshot '" + snapshot_id + "'";
    under_way.claim({Kind::replica, replica_id, Hold::change, why});
    under_way.claim({Kind::snapshot, snapshot_id, Hold::keep, why});
    const bool is_known = replica.snapshots.contains(snapshot_id);
    if (is_known && snapshots.has(snapshot_id)) {
      return describe_replica_snapshot(replica_id, snapshot_id);
    }
    snapshots.check_free(snapshot_id);
    const std::filesystem::path part = snapshots.new_part_path(snapshot_id);
    const std::filesystem::path content = store_.snapshots().path_of(snapshot_id);
    lock.unlock();
    std::filesystem::path work;
    try {
      copy_tree(content, part);
      work = snapshots.made_whole(part);
    } catch (...) {
      store_.remove(part);
      throw;
    }
    lock.lock();
    DirectoryState next = store_.state();
    next.replicas.at(replica_id).snapshots.insert(snapshot_id);
    store_.commit_made(snapshots, work, snapshot_id, std::move(next));
    return describe_replica_snapshot(replica_id, snapshot_id);
  });
}

}  // namespace hookwire
