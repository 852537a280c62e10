#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <utility>

#include "hookwire/base/error.h"

#include "directory_copy.h"
#include "directory_share_driver.h"
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

}  // namespace

const DirectoryState::Replica& DirectoryShareDriver::find_replica(
    const std::string& replica_id) const {
  const auto found = store_.state().replicas.find(replica_id);
  if (found == store_.state().replicas.end()) throw ReplicaNotFound(replica_id);
  return found->second;
}

Replica DirectoryShareDriver::describe_replica(const std::string& replica_id, bool in_sync) const {
  return {.replica_id = replica_id,
          .share_id = find_replica(replica_id).share_id,
          .replica_state = in_sync ? kInSync : kOutOfSync,
          .provider_location = store_.replica(replica_id).content_path().string()};
}

// Copies the content to `to`. Returns its fingerprint when it stayed as it was meanwhile.
std::optional<std::uint64_t> DirectoryShareDriver::copy_unchanged(const std::filesystem::path& from,
                                                                  const std::filesystem::path& to) {
  const TreeFingerprint before = fingerprint_of(from);
  copy_tree(from, to);
  const TreeFingerprint after = fingerprint_of(from);
  if (!before.is_settled || before != after) return std::nullopt;
  return after.hash;
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
    next.replicas[replica_id] = {.share_id = share_id, .synced = synced, .snapshots = {}};
    store_.commit_made(replicas, work, replica_id, std::move(next));
    return describe_replica(replica_id, synced.has_value());
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
    const std::filesystem::path work =
        store_.commit_removed(store_.replicas(), replica_id, std::move(next));
    lock.unlock();
    store_.remove(work);
  });
}

Replica DirectoryShareDriver::update_share_replica(const std::string& replica_id) {
  check_id("replica_id", replica_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    const DirectoryState::Replica replica = find_replica(replica_id);
    const std::filesystem::path content = store_.content_of(replica.share_id);
    ContentFolder& folder = store_.replica(replica_id).contents;
    const std::string why = "replica '" + replica_id + "' is being updated";
    under_way.claim({Kind::share, replica.share_id, Hold::keep, why});
    under_way.claim({Kind::replica, replica_id, Hold::change, why});
    const bool is_whole = folder.has(ReplicaFolder::kContent);
    const std::filesystem::path part = folder.new_part_path(ReplicaFolder::kContent);
    lock.unlock();
    if (is_whole && replica.synced && is_as_it_was(content, *replica.synced)) {
      lock.lock();
      return describe_replica(replica_id, true);
    }
    std::filesystem::path work = part;
    std::filesystem::path old;
    std::optional<std::uint64_t> synced;
    try {
      synced = copy_unchanged(content, part);
      work = folder.made_whole(part);
      lock.lock();
      set_synced(replica_id, std::nullopt);  // until the new copy is in place
      old = folder.replace(work, ReplicaFolder::kContent);
    } catch (...) {
      if (lock.owns_lock()) lock.unlock();
      store_.remove(work);
      throw;
    }
    try {
      set_synced(replica_id, synced);
    } catch (const Error& error) {
      log_.warning("replica '" + replica_id +
                   "' was updated and counts as out of sync: " + error.what());
      synced.reset();
    }
    const Replica described = describe_replica(replica_id, synced.has_value());
    lock.unlock();
    store_.remove(old);
    return described;
  });
}

bool DirectoryShareDriver::is_as_it_was(const std::filesystem::path& content,
                                        std::uint64_t fingerprint) {
  return fingerprint_of(content) == TreeFingerprint{.hash = fingerprint, .is_settled = true};
}

void DirectoryShareDriver::set_synced(const std::string& replica_id,
                                      std::optional<std::uint64_t> synced) {
  if (find_replica(replica_id).synced == synced) return;
  DirectoryState next = store_.state();
  next.replicas.at(replica_id).synced = synced;
  store_.commit(std::move(next));
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
    const bool has_content = identity_if_there(content).has_value();
    if (!identity_if_there(copy)) throw ReplicaNotInSync(replica_id, "it has no content");
    if (has_content && (!replica.synced || !is_as_it_was(content, *replica.synced))) {
      throw ReplicaNotInSync(replica_id,
                             "share '" + replica.share_id +
                                 "' was changed since: update it first, or move the share's "
                                 "folder away to get what the replica has");
    }
    lock.lock();
    set_synced(replica_id, std::nullopt);
    if (has_content) {
      exchange(content, copy);
    } else {
      // The share's content is lost: the replica gives away its own, until the next update.
      store_.commit_adopted(store_.shares_of(find(replica.share_id).share_server_id),
                            FolderBelow(root_, copy.string()), replica.share_id, store_.state());
    }
    return describe_replica(replica_id, false);
  });
}

// In one step, so that whenever the process dies, the share has one of both.
void DirectoryShareDriver::exchange(const std::filesystem::path& a,
                                    const std::filesystem::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) != 0) {
    throw IoError(errno, "exchange " + a.string() + " and " + b.string());
  }
  files_.sync_directory(a.parent_path());
  files_.sync_directory(b.parent_path());
}

}  // namespace hookwire
