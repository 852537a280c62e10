#include <unistd.h>

#include <cerrno>
#include <utility>

#include "hookwire/base/error.h"

#include "directory_copy.h"
#include "directory_share_driver.h"
#include "replica_content.h"
#include "share_errors.h"
#include "share_input.h"
#include "tree_fingerprint.h"
#include "under_way.h"

// The part of DirectoryShareDriver that keeps replicas: whole copies of a share's content, each
// with copies of snapshots. A replica is in sync when the content has the fingerprint that it had
// before and after it was copied. directory_promotion.cc promotes them.

namespace hookwire {

namespace {

// So that what is stored through a mapping from now on sets a file's time of change.
void sync_file_system(const std::filesystem::path& folder) {
  const OpenFolder open(folder);
  if (::syncfs(open.fd()) != 0) throw IoError(errno, "sync " + folder.string());
}

}  // namespace

const DirectoryState::Replica& DirectoryShareDriver::find_replica(
    const std::string& replica_id) const {
  const auto found = store_.state().replicas.find(replica_id);
  if (found == store_.state().replicas.end()) throw ReplicaNotFound(replica_id);
  return found->second;
}

std::vector<std::string> DirectoryShareDriver::replicas_of(const std::string& share_id) const {
  std::vector<std::string> ids;
  for (const auto& [id, replica] : store_.state().replicas) {
    if (replica.share_id == share_id) ids.push_back(id);
  }
  return ids;
}

Replica DirectoryShareDriver::describe_replica(const std::string& replica_id) const {
  const DirectoryState::Replica& replica = find_replica(replica_id);
  return {.replica_id = replica_id,
          .share_id = replica.share_id,
          .replica_state = replica.synced && !replica.given ? kInSync : kOutOfSync,
          .provider_location = store_.replica(replica_id).content_path().string()};
}

void DirectoryShareDriver::set_replica(const std::string& replica_id,
                                       DirectoryState::Replica replica) {
  if (find_replica(replica_id) == replica) return;
  DirectoryState next = store_.state();
  next.replicas.at(replica_id) = std::move(replica);
  store_.commit(std::move(next));
}

std::optional<std::uint64_t> DirectoryShareDriver::copy_unchanged(const std::filesystem::path& from,
                                                                  const std::filesystem::path& to) {
  // What is stored through a mapping after the sync shows, and what was before is copied.
  const TreeFingerprint before = fingerprint_of(from);
  sync_file_system(from);
  copy_tree(from, to);
  const TreeFingerprint after = fingerprint_of(from);
  if (!before.is_settled || before != after) return std::nullopt;
  return after.hash;
}

bool DirectoryShareDriver::is_as_it_was(const std::filesystem::path& content,
                                        std::uint64_t fingerprint) {
  return fingerprint_of(content) == TreeFingerprint{.hash = fingerprint, .is_settled = true};
}

Replica DirectoryShareDriver::create_share_replica(const std::string& share_id,
                                                   const std::string& replica_id) {
  check_id("share_id", share_id);
  check_id("replica_id", replica_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    check_stays(find(share_id).share_server_id);
    if (store_.state().replicas.contains(replica_id) ||
        claims_.is_held(Kind::replica, replica_id)) {
      throw ReplicaExists(replica_id);
    }
    ContentFolder& replicas = store_.replicas();
    replicas.check_free(replica_id);
    const std::filesystem::path content = store_.content_of(share_id);
    if (identity_of(content).device != identity_of(replicas.path()).device) {
      throw Error(ErrorCode::bad_input, content.string() + " lies on another file system than " +
                                            replicas.path().string() +
                                            ": a replica there could not be promoted");
    }
    const std::filesystem::path part = replicas.new_part_path(replica_id);
    under_way.claim(
        {Kind::share, share_id, Hold::keep, "replica '" + replica_id + "' is being made of it"});
    under_way.claim({Kind::replica, replica_id, Hold::change, "it is being made"});
    lock.unlock();
    std::filesystem::path work;
    std::optional<std::uint64_t> synced;
    try {
      files_.make_directory(part, 0700);
      files_.make_directory(part / ReplicaFolder::kSnapshots, 0700);
      synced = copy_unchanged(content, part / ReplicaFolder::kContent);
      work = replicas.made_whole(part);
    } catch (...) {
      store_.remove(part);
      throw;
    }
    lock.lock();
    DirectoryState next = store_.state();
    next.replicas[replica_id] = {.share_id = share_id,
                                 .given = std::nullopt,
                                 .synced = synced,
                                 .displaced = {},
                                 .snapshots = {}};
    store_.commit_made(replicas, work, replica_id, std::move(next));
    return describe_replica(replica_id);
  });
}

void DirectoryShareDriver::delete_share_replica(const std::string& replica_id) {
  check_id("replica_id", replica_id);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    static_cast<void>(find_replica(replica_id));
    claims_.check(Kind::replica, replica_id, Hold::change);
    DirectoryState next = store_.state();
    next.replicas.erase(replica_id);
    const auto parts = store_.commit_removed(store_.replicas(), replica_id, std::move(next));
    lock.unlock();
    store_.remove(parts);
  });
}

void DirectoryShareDriver::check_nothing_lost(const std::string& replica_id,
                                              const std::filesystem::path& copy,
                                              const DirectoryState::Replica& replica) {
  if (!has_late_writes(copy, replica)) return;
  throw ReplicaNotInSync(replica_id,
                         copy.string() + " was written to after it was the content of share '" +
                             replica.share_id + "': save what is in it, then delete the replica");
}

Replica DirectoryShareDriver::update_share_replica(const std::string& replica_id) {
  check_id("replica_id", replica_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    DirectoryState::Replica replica = find_replica(replica_id);
    const std::filesystem::path content = store_.content_of(replica.share_id);
    ContentFolder& folder = store_.replica(replica_id).contents;
    const std::filesystem::path copy = store_.replica(replica_id).content_path();
    const std::string why = "replica '" + replica_id + "' is being updated";
    under_way.claim({Kind::share, replica.share_id, Hold::keep, why});
    under_way.claim({Kind::replica, replica_id, Hold::change, why});
    std::filesystem::path part = folder.new_part_path(ReplicaFolder::kContent);
    lock.unlock();
    check_nothing_lost(replica_id, copy, replica);
    const bool had_content = has_content(copy, replica);
    if (!had_content) folder.check_free(ReplicaFolder::kContent);
    const auto in_sync = had_content ? fingerprint_in_sync(content, replica) : std::nullopt;
    if (in_sync) {
      lock.lock();
      replica.given.reset();
      replica.synced = in_sync;
      set_replica(replica_id, replica);
      return describe_replica(replica_id);
    }
    std::filesystem::path old;
    try {
      const std::optional<std::uint64_t> synced = copy_unchanged(content, part);
      // Again: the copying took a while.
      check_nothing_lost(replica_id, copy, replica);
      if (!had_content) folder.check_free(ReplicaFolder::kContent);
      lock.lock();
      replica.given.reset();
      replica.synced.reset();  // until the new copy is in its place
      set_replica(replica_id, replica);
      old = folder.replace(part, ReplicaFolder::kContent, log_);
      replica = {.share_id = replica.share_id,
                 .given = std::nullopt,
                 .synced = synced,
                 .displaced = {},
                 .snapshots = replica.snapshots};
    } catch (...) {
      if (lock.owns_lock()) lock.unlock();
      store_.remove(part);
      throw;
    }
    try {
      set_replica(replica_id, replica);
    } catch (const Error& error) {
      log_.warning("replica '" + replica_id +
                   "' was updated and counts as out of sync: " + error.what());
    }
    const Replica described = describe_replica(replica_id);
    lock.unlock();
    store_.remove(old);
    return described;
  });
}

}  // namespace hookwire
