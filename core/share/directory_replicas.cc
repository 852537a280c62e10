#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "hookwire/base/error.h"

#include "directory_copy.h"
#include "directory_share_driver.h"
#include "exchange.h"
#include "share_errors.h"
#include "share_input.h"
#include "tree_fingerprint.h"
#include "under_way.h"

// The part of DirectoryShareDriver that keeps replicas: whole copies of a share's content, each
// with copies of snapshots. A replica is in sync when the content has the fingerprint that it had
// before and after it was copied.

namespace hookwire {

namespace {

constexpr const char* kInSync = "in_sync";
constexpr const char* kOutOfSync = "out_of_sync";

// So that what is stored through a mapping from now on sets the file's time of change.
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
          .replica_state = replica.synced ? kInSync : kOutOfSync,
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
  sync_file_system(from);
  const TreeFingerprint before = fingerprint_of(from);
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
    next.replicas[replica_id] = {
        .share_id = share_id, .synced = synced, .displaced = std::nullopt, .snapshots = {}};
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

// What was written to the old content of the share after it became the replica's is nowhere else.
bool DirectoryShareDriver::has_late_writes(const std::filesystem::path& copy,
                                           const DirectoryState::Replica& replica) {
  const auto identity = identity_if_there(copy);
  return replica.displaced && identity && identity->inode == replica.displaced->inode &&
         !is_as_it_was(copy, replica.displaced->fingerprint);
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
    if (identity_if_there(copy) && replica.synced && is_as_it_was(content, *replica.synced)) {
      lock.lock();
      return describe_replica(replica_id);
    }
    std::filesystem::path old;
    try {
      const std::optional<std::uint64_t> synced = copy_unchanged(content, part);
      check_nothing_lost(replica_id, copy, replica);  // again: the copying took a while
      lock.lock();
      replica.synced.reset();  // until the new copy is in its place
      set_replica(replica_id, replica);
      old = folder.replace(part, ReplicaFolder::kContent, log_);
      replica = {.share_id = replica.share_id,
                 .synced = synced,
                 .displaced = std::nullopt,
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

Replica DirectoryShareDriver::promote_share_replica(const std::string& replica_id) {
  check_id("replica_id", replica_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    const DirectoryState::Replica replica = find_replica(replica_id);
    const std::filesystem::path content = store_.content_of(replica.share_id);
    const std::filesystem::path copy = store_.replica(replica_id).content_path();
    const std::string why = "replica '" + replica_id + "' is being promoted";
    under_way.claim({Kind::share, replica.share_id, Hold::change, why});
    under_way.claim({Kind::replica, replica_id, Hold::change, why});
    lock.unlock();
    if (!identity_if_there(copy)) throw ReplicaNotInSync(replica_id, "it has no content");
    if (!files_.exists(content)) {
      lock.lock();
      store_.home_of(find(replica.share_id)).check_not_pending(replica.share_id);
      give_to_share(replica_id, content, copy);
      return describe_replica(replica_id);
    }
    if (!replica.synced || !is_as_it_was(content, *replica.synced)) {
      throw ReplicaNotInSync(replica_id, "share '" + replica.share_id +
                                             "' was changed since: update it first, or move the "
                                             "share's folder away to get what the replica has");
    }
    const TreeFingerprint promoted = fingerprint_of(copy);
    const bool is_same = promoted.is_settled && !has_late_writes(copy, replica);
    lock.lock();
    exchange_with_share(replica_id, content, copy,
                        is_same ? std::optional(promoted.hash) : std::nullopt);
    return describe_replica(replica_id);
  });
}

// The state says first what the share is to hold, in `synced`: until it does, nothing is in sync.
void DirectoryShareDriver::exchange_with_share(const std::string& replica_id,
                                               const std::filesystem::path& content,
                                               const std::filesystem::path& copy,
                                               std::optional<std::uint64_t> synced) {
  const DirectoryState::Replica before = find_replica(replica_id);
  check_movable(replica_id, content);
  check_movable(replica_id, copy);
  DirectoryState::Replica after = before;
  after.synced = synced;
  after.displaced = {.inode = identity_of(content).inode, .fingerprint = before.synced.value()};
  set_replica(replica_id, after);
  try {
    if (!exchange(content, copy)) {
      throw Error(ErrorCode::bad_input,
                  "the file system of " + copy.string() + " cannot exchange two folders");
    }
    try {
      files_.sync_directory(content.parent_path());
      files_.sync_directory(copy.parent_path());
    } catch (...) {
      exchange(content, copy);
      throw;
    }
  } catch (...) {
    set_replica(replica_id, before);
    throw;
  }
}

// The share's content is lost: the replica gives away its own, until the next update.
void DirectoryShareDriver::give_to_share(const std::string& replica_id,
                                         const std::filesystem::path& content,
                                         const std::filesystem::path& copy) {
  const DirectoryState::Replica before = find_replica(replica_id);
  check_movable(replica_id, copy);
  set_replica(replica_id, {.share_id = before.share_id,
                           .has_content = false,
                           .synced = std::nullopt,
                           .displaced = std::nullopt,
                           .snapshots = before.snapshots});
  try {
    FolderBelow(root_, copy.string()).move_to(content, log_);
  } catch (...) {
    set_replica(replica_id, before);
    throw;
  }
}

// To be renamed to another folder, it must be writable, but for root.
void DirectoryShareDriver::check_movable(const std::string& replica_id,
                                         const std::filesystem::path& folder) {
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) == 0) return;
  throw Error(ErrorCode::bad_input, "replica '" + replica_id + "' cannot be promoted, since the " +
                                        "driver may not write to " + folder.string() +
                                        ": chmod u+w it");
}

}  // namespace hookwire
