#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "directory_share_driver.h"
#include "migration_paths.h"
#include "share_errors.h"
#include "share_input.h"
#include "under_way.h"

// The part of DirectoryShareDriver that moves a share server's folder to another root. While it is
// copied, share by share, its shares are in use; the copies are no shares before the last step says
// so, and what is removed then, or when it is cancelled, is looked at again first.

namespace hookwire {

namespace {

constexpr int kRounds = 3;

// It may have been there, empty; its owner could do to the copies whatever he likes.
void make_private(const OpenFolder& folder) {
  struct stat status {};
  if (::fstat(folder.fd(), &status) != 0) {
    throw IoError(errno, "look at " + folder.path().string());
  }
  if (status.st_uid != ::geteuid()) {
    throw Error(ErrorCode::bad_input,
                folder.path().string() + " belongs to user " + std::to_string(status.st_uid) +
                    ": remove it or chown it to the driver's, " + std::to_string(::geteuid()));
  }
  if (::fchmod(folder.fd(), 0700) != 0) {
    throw IoError(errno, "set the mode of " + folder.path().string());
  }
}

}  // namespace

void DirectoryShareDriver::share_server_migration_start(const std::string& share_server_id,
                                                        const std::string& dest_root) {
  check_id("share_server_id", share_server_id);
  check_path("dest_root", dest_root);
  with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    if (const auto obstacle = obstacle_to_migration(share_server_id, dest_root);
        !obstacle.empty()) {
      throw ShareServerMigrationFailed(share_server_id, obstacle);
    }
    const std::set<std::string> ids = store_.ids_of_shares(share_server_id);
    for (const std::string& id : ids) claims_.check(Kind::share, id, Hold::keep);
    const std::string root = resolved(dest_root);
    const ContentFolder& shares = store_.shares_of(share_server_id);
    DirectoryState::Migration migration{.root = root == resolved(root_) ? "" : root,
                                        .source = identity_of(shares.path()),
                                        .destination = {},
                                        .shares = {}};
    for (const std::string& id : ids) {
      migration.shares[id] = {
          .identity = identity_of(shares.path_of(id)), .is_copied = false, .synced = std::nullopt};
    }
    const auto destination = store_.folder_of(share_server_id, migration.root);
    files_.make_directory(destination, 0700);
    make_private(OpenFolder(destination));
    try {
      files_.sync_directory(destination.parent_path());
      migration.destination = identity_of(destination);
      DirectoryState next = store_.state();
      next.share_servers.at(share_server_id).migration = std::move(migration);
      store_.commit(std::move(next));
    } catch (...) {
      ::rmdir(destination.c_str());
      throw;
    }
  });
}

// Called with the lock held, and claims made; holds it again when it returns.
void DirectoryShareDriver::copy_share(const std::string& share_server_id,
                                      const std::string& share_id,
                                      std::unique_lock<std::mutex>& lock) {
  check_folders(share_server_id);
  const std::filesystem::path content = store_.content_of(share_id);
  ContentFolder& destination = store_.destination_of(share_server_id);
  std::filesystem::path part = destination.new_part_path(share_id);
  lock.unlock();
  std::optional<std::uint64_t> synced;
  std::filesystem::path old;
  try {
    synced = copy_unchanged(content, part);
    lock.lock();
    check_folders(share_server_id);  // again: it took a while
    old = destination.replace(part, share_id, log_);
  } catch (...) {
    if (lock.owns_lock()) lock.unlock();
    store_.remove(part);
    lock.lock();
    throw;
  }
  lock.unlock();
  store_.remove(old);
  lock.lock();
  DirectoryState next = store_.state();
  auto& share = next.share_servers.at(share_server_id).migration->shares.at(share_id);
  const bool was_copied = std::exchange(share.is_copied, true);
  share.synced = synced;
  try {
    store_.commit(std::move(next));
  } catch (...) {
    // A newer copy than the state knows of is as good as the one before; of a first one it is not.
    if (!was_copied) store_.remove(destination.path_of(share_id));
    throw;
  }
}

bool DirectoryShareDriver::share_server_migration_continue(const std::string& share_server_id) {
  check_id("share_server_id", share_server_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    const auto next_to_copy = [&]() -> std::optional<std::string> {
      for (const auto& [id, share] : find_migration(share_server_id).shares) {
        if (!share.is_copied) return id;
      }
      return std::nullopt;
    };
    check_folders(share_server_id);
    if (const std::optional<std::string> id = next_to_copy()) {
      const std::string why = "share '" + *id + "' is being copied";
      under_way.claim({Kind::share_server, share_server_id, Hold::change, why});
      under_way.claim({Kind::share, *id, Hold::keep, why});
      copy_share(share_server_id, *id, lock);
    }
    return !next_to_copy();
  });
}

// Copies again what was changed since, until nothing was; the state says what is copied then.
void DirectoryShareDriver::copy_what_changed(const std::string& share_server_id,
                                             std::unique_lock<std::mutex>& lock) {
  std::string changing;
  for (int round = 0; round < kRounds; ++round) {
    changing.clear();
    const auto shares = find_migration(share_server_id).shares;
    for (const auto& [id, share] : shares) {
      const std::filesystem::path content = store_.content_of(id);
      lock.unlock();
      const bool is_same = share.synced && is_as_it_was(content, *share.synced);
      lock.lock();
      if (is_same) continue;
      changing = id;
      copy_share(share_server_id, id, lock);
    }
    if (changing.empty()) return;
  }
  throw ShareServerMigrationFailed(
      share_server_id,
      "share '" + changing + "' keeps changing: stop what writes to it, then try again");
}

std::vector<ShareInstance> DirectoryShareDriver::share_server_migration_complete(
    const std::string& share_server_id) {
  check_id("share_server_id", share_server_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    const DirectoryState::Migration begun = find_migration(share_server_id);
    const std::string why = "share server '" + share_server_id + "' is being moved";
    under_way.claim({Kind::share_server, share_server_id, Hold::change, why});
    for (const auto& [id, share] : begun.shares) {
      if (!share.is_copied) {
        throw ShareServerMigrationFailed(share_server_id,
                                         "share '" + id + "' is not copied yet: continue first");
      }
      under_way.claim({Kind::share, id, Hold::change, why});
    }
    check_folders(share_server_id);
    copy_what_changed(share_server_id, lock);
    check_folders(share_server_id);
    DirectoryState next = store_.state();
    DirectoryState::ShareServer& server = next.share_servers.at(share_server_id);
    DirectoryState::Removal removal{.path = store_.shares_of(share_server_id).path().string(),
                                    .identity = server.migration->source,
                                    .is_checked = false,
                                    .contents = {}};
    for (const auto& [id, share] : server.migration->shares) {
      removal.contents[id] = share.synced.value();
    }
    next.removals.push_back(std::move(removal));
    server = {.root = server.migration->root, .migration = std::nullopt};
    store_.commit(std::move(next));
    std::vector<ShareInstance> moved;
    for (const auto& [id, share] : begun.shares) moved.push_back(instance_of(id));
    finish_removals(lock);
    return moved;
  });
}

void DirectoryShareDriver::share_server_migration_cancel(const std::string& share_server_id) {
  check_id("share_server_id", share_server_id);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    const DirectoryState::Migration migration = find_migration(share_server_id);
    claims_.check(Kind::share_server, share_server_id, Hold::change);
    DirectoryState next = store_.state();
    next.share_servers.at(share_server_id).migration.reset();
    next.removals.push_back({.path = store_.folder_of(share_server_id, migration.root).string(),
                             .identity = migration.destination,
                             .is_checked = true,
                             .contents = {}});
    store_.commit(std::move(next));
    finish_removals(lock);
  });
}

ShareServerMigrationProgress DirectoryShareDriver::share_server_migration_get_progress(
    const std::string& share_server_id) {
  check_id("share_server_id", share_server_id);
  const std::lock_guard guard(mutex_);
  const auto& shares = find_migration(share_server_id).shares;
  std::uint64_t copied = 0;
  for (const auto& [id, share] : shares) copied += share.is_copied;
  return {.total_progress = shares.empty() ? 100 : 100 * copied / shares.size()};
}

}  // namespace hookwire
