#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <utility>

#include "hookwire/base/error.h"

#include "directory_share_driver.h"
#include "exchange.h"
#include "replica_content.h"
#include "share_errors.h"
#include "share_input.h"
#include "tree_fingerprint.h"
#include "under_way.h"

// The part of DirectoryShareDriver that promotes replicas. A mount of the share that was there
// before goes on with the old content, which is the replica's then: what is written to it is
// nowhere else, and must be noticed whenever the process dies.

namespace hookwire {

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
    if (!has_content(copy, replica)) throw ReplicaNotInSync(replica_id, "it has no content");
    if (!files_.exists(content)) {
      lock.lock();
      store_.home_of(find(replica.share_id)).check_not_pending(replica.share_id);
      give_to_share(replica_id, content, copy);
      return describe_replica(replica_id);
    }
    // The share last: what is written to it from then on shows in its old content.
    const TreeFingerprint promoted = fingerprint_of(copy);
    const bool is_same = promoted.is_settled && !has_late_writes(copy, replica);
    const std::optional<std::uint64_t> in_sync = fingerprint_in_sync(content, replica);
    if (!in_sync) {
      throw ReplicaNotInSync(replica_id, "share '" + replica.share_id +
                                             "' was changed since: update it first, or move the "
                                             "share's folder away to get what the replica has");
    }
    lock.lock();
    const DirectoryState::Replica after = exchanged(
        replica, content, *in_sync, copy, is_same ? std::optional(promoted.hash) : std::nullopt);
    exchange_with_share(replica_id, content, copy, after);
    lock.unlock();
    const bool is_missed = misses_writes(copy, after);
    lock.lock();
    Replica described = describe_replica(replica_id);
    if (is_missed) described.replica_state = kOutOfSync;
    return described;
  });
}

// What was written while the two were exchanged; they are, whatever cannot be looked at.
bool DirectoryShareDriver::misses_writes(const std::filesystem::path& copy,
                                         const DirectoryState::Replica& replica) const noexcept {
  try {
    return has_late_writes(copy, replica);
  } catch (const std::exception& error) {
    log_.warning("whether the last writes are in " + copy.string() +
                 " alone is not known: " + error.what());
    return true;
  }
}

// The state first: it holds before the exchange and after it, whenever the process dies.
void DirectoryShareDriver::exchange_with_share(const std::string& replica_id,
                                               const std::filesystem::path& content,
                                               const std::filesystem::path& copy,
                                               const DirectoryState::Replica& after) {
  check_movable(replica_id, content);
  check_movable(replica_id, copy);
  const DirectoryState::Replica before = find_replica(replica_id);
  set_replica(replica_id, after);
  try {
    if (!exchange(content, copy)) {
      throw Error(ErrorCode::bad_input,
                  "the file system of " + copy.string() + " cannot exchange two folders");
    }
  } catch (...) {
    put_back(replica_id, before);
    throw;
  }
  try {
    files_.sync_directory(content.parent_path());
    files_.sync_directory(copy.parent_path());
  } catch (...) {
    if (is_exchanged_back(content, copy)) put_back(replica_id, before);
    throw;
  }
}

bool DirectoryShareDriver::is_exchanged_back(const std::filesystem::path& content,
                                             const std::filesystem::path& copy) const noexcept {
  std::string why = "the file system cannot exchange two folders";
  try {
    if (exchange(content, copy)) return true;
  } catch (const std::exception& error) {
    why = error.what();
  }
  log_.error("a promotion failed and could not be taken back: " + content.string() + " and " +
             copy.string() + " are exchanged: " + why);
  return false;
}

// In the middle of a failure that is told. What the state says instead holds too.
void DirectoryShareDriver::put_back(const std::string& replica_id,
                                    DirectoryState::Replica before) noexcept {
  try {
    set_replica(replica_id, std::move(before));
  } catch (const std::exception& error) {
    log_.warning("a promotion of replica '" + replica_id +
                 "' failed, and state.json may still tell of it: " + error.what());
  }
}

// The share's content is lost: the replica gives away its own, until the next update.
void DirectoryShareDriver::give_to_share(const std::string& replica_id,
                                         const std::filesystem::path& content,
                                         const std::filesystem::path& copy) {
  refuse_as<ShareBackendException>([&] {
    const DirectoryState::Replica before = find_replica(replica_id);
    check_movable(replica_id, copy);
    const FolderBelow given(root_, copy.string());
    DirectoryState::Replica after = before;
    after.given = given.identity();
    set_replica(replica_id, std::move(after));
    try {
      given.move_to(content, log_);
    } catch (...) {
      put_back(replica_id, before);
      throw;
    }
  });
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
