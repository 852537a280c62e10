#include <unistd.h>

#include <utility>

#include "directory_share_driver.h"
#include "migration_paths.h"
#include "new_folder.h"
#include "share_errors.h"
#include "share_input.h"
#include "tree_fingerprint.h"
#include "under_way.h"

// The part of DirectoryShareDriver that moves a share server's folder to another root. While it is
// copied, share by share, its shares are in use; the copies are no shares before the last step says
// so, and what is removed then, or when it is cancelled, is looked at again first.

namespace hookwire {

namespace {

constexpr int kRounds = 3;

// Of a folder that we made, and nobody put another in place of.
void take_back(const NewFolder& made) noexcept {
  try {
    const std::filesystem::path& path = made.folder().path();
    if (identity_if_there(path) == identity_of(made.folder())) ::rmdir(path.c_str());
  } catch (const IoError&) {
    // It stays, and is empty.
  }
}

}  // namespace

void DirectoryShareDriver::share_server_migration_start(const std::string& share_server_id,
                                                        const std::string& dest_root) {
  check_id("share_server_id", share_server_id);
  check_path("dest_root", dest_root);
  with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    const std::string root = resolved(dest_root);
    if (const auto obstacle = obstacle_to_migration(share_server_id, dest_root, root);
        !obstacle.empty()) {
      throw ShareServerMigrationFailed(share_server_id, obstacle);
    }
    const std::set<std::string> ids = store_.ids_of_shares(share_server_id);
    // What is being made of a share goes on from where it is.
    for (const std::string& id : ids) claims_.check(Kind::share, id, Hold::change);
    claims_.check(Kind::share_server, share_server_id, Hold::change);
    const ContentFolder& shares = store_.shares_of(share_server_id);
    DirectoryState::Migration migration{.root = root == resolved(root_) ? "" : root,
                                        .source = lasting(identity_of(shares.path())),
                                        .destination = {},
                                        .parent = {},
                                        .shares = {}};
    for (const std::string& id : ids) {
      migration.shares[id] = {.identity = lasting(identity_of(shares.path_of(id))),
                              .copy = std::nullopt};
    }
    const auto destination = store_.folder_of(share_server_id, migration.root);
    const NewFolder made(destination);
    try {
      made.check_in_place();
      files_.sync_directory(destination.parent_path());
      migration.destination = lasting(identity_of(made.folder()));
      migration.parent = lasting(identity_of(destination.parent_path()));
      DirectoryState next = store_.state();
      next.share_servers.at(share_server_id).migration = std::move(migration);
      store_.commit(std::move(next));
    } catch (...) {
      take_back(made);
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
  DirectoryState::Copy copy;
  std::filesystem::path old;
  try {
    copy.synced = copy_unchanged(content, part);
    if (const TreeFingerprint made = fingerprint_of(part); made.is_settled) {
      copy.fingerprint = made.hash;
    }
    copy.identity = lasting(identity_of(part));
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
  next.share_servers.at(share_server_id).migration->shares.at(share_id).copy = copy;
  // When this fails the copy stays: the state on disk may know it. In memory it is not, and is made
  // again.
  store_.commit(std::move(next));
}

bool DirectoryShareDriver::share_server_migration_continue(const std::string& share_server_id) {
  check_id("share_server_id", share_server_id);
  return with_share_errors([&] {
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    const auto next_to_copy = [&]() -> std::optional<std::string> {
      for (const auto& [id, share] : find_migration(share_server_id).shares) {
        if (!is_copied(share_server_id, id)) return id;
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

// Neither the content nor the copy was changed since the one was made of the other.
bool DirectoryShareDriver::is_same_still(const std::filesystem::path& content,
                                         const std::filesystem::path& copy,
                                         const DirectoryState::Copy& made) {
  return made.synced && made.fingerprint && is_as_it_was(content, *made.synced) &&
         is_as_it_was(copy, *made.fingerprint);
}

// Copies again what was changed since, there or here, until nothing was.
void DirectoryShareDriver::copy_what_changed(const std::string& share_server_id,
                                             std::unique_lock<std::mutex>& lock) {
  std::string changing;
  for (int round = 0; round < kRounds; ++round) {
    changing.clear();
    const auto shares = find_migration(share_server_id).shares;
    for (const auto& [id, share] : shares) {
      if (is_copied(share_server_id, id)) {
        const std::filesystem::path content = store_.content_of(id);
        const std::filesystem::path copy = store_.destination_of(share_server_id).path_of(id);
        lock.unlock();
        const bool is_same = is_same_still(content, copy, *share.copy);
        lock.lock();
        if (is_same) continue;
      }
      changing = id;
      copy_share(share_server_id, id, lock);
    }
    if (changing.empty()) return;
  }
  throw ShareServerMigrationFailed(
      share_server_id,
      "share '" + changing + "' keeps changing: stop what writes to it, then try again");
}

// What is to be removed once the server has moved, and what must be there then.
DirectoryState::Removal DirectoryShareDriver::old_folder(const std::string& share_server_id) const {
  const DirectoryState::Migration& migration = find_migration(share_server_id);
  const std::filesystem::path old = store_.shares_of(share_server_id).path();
  DirectoryState::MovedTo moved_to{
      .server_id = share_server_id, .identity = migration.destination, .copies = {}};
  std::map<std::string, std::uint64_t> contents;
  for (const auto& [id, share] : migration.shares) {
    if (!is_copied(share_server_id, id)) {
      throw ShareServerMigrationFailed(share_server_id,
                                       "the copy of share '" + id + "' was replaced: try again");
    }
    moved_to.copies[id] = share.copy.value().identity;
    contents[id] = share.copy.value().synced.value();
  }
  return {.path = old.string(),
          .identity = migration.source,
          .parent = lasting(identity_of(old.parent_path())),
          .is_checked = false,
          .contents = std::move(contents),
          .moved_to = std::move(moved_to)};
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
      if (!share.copy) {
        throw ShareServerMigrationFailed(share_server_id,
                                         "share '" + id + "' is not copied yet: continue first");
      }
      under_way.claim({Kind::share, id, Hold::change, why});
    }
    check_folders(share_server_id);
    copy_what_changed(share_server_id, lock);
    check_folders(share_server_id);
    DirectoryState next = store_.state();
    DirectoryState::Removal removal = old_folder(share_server_id);
    const std::string old = removal.path;
    next.removals.push_back(std::move(removal));
    next.share_servers.at(share_server_id) = {.root = begun.root, .migration = std::nullopt};
    store_.commit(std::move(next));
    std::vector<ShareInstance> moved;
    for (const auto& [id, share] : begun.shares) moved.push_back(instance_of(id));
    finish_removal(old, lock);
    return moved;
  });
}

void DirectoryShareDriver::share_server_migration_cancel(const std::string& share_server_id) {
  check_id("share_server_id", share_server_id);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    const DirectoryState::Migration migration = find_migration(share_server_id);
    claims_.check(Kind::share_server, share_server_id, Hold::change);
    const std::filesystem::path folder = store_.folder_of(share_server_id, migration.root);
    DirectoryState next = store_.state();
    next.share_servers.at(share_server_id).migration.reset();
    const std::string lost = lost_while_moving(share_server_id);
    if (lost.empty()) next.removals.push_back(new_folder(share_server_id));
    store_.commit(std::move(next));
    if (!lost.empty()) {
      log_.warning(lost + " is not where it was when the migration began: " + folder.string() +
                   " is kept with all copies in it");
    }
    finish_removal(folder, lock);
  });
}

// A share of which the copy may be all there is; empty when there is none.
std::string DirectoryShareDriver::lost_while_moving(const std::string& share_server_id) const {
  const DirectoryState::Migration& migration = find_migration(share_server_id);
  const ContentFolder& shares = store_.shares_of(share_server_id);
  if (lasting_identity(shares.path()) != migration.source) return shares.path().string();
  for (const auto& [id, share] : migration.shares) {
    if (lasting_identity(shares.path_of(id)) != share.identity) return shares.path_of(id).string();
  }
  return "";
}

// What is to be removed when the server does not move, and what must be there then.
DirectoryState::Removal DirectoryShareDriver::new_folder(const std::string& share_server_id) const {
  const DirectoryState::Migration& migration = find_migration(share_server_id);
  DirectoryState::MovedTo stayed{
      .server_id = share_server_id, .identity = migration.source, .copies = {}};
  std::map<std::string, std::uint64_t> contents;
  for (const auto& [id, share] : migration.shares) {
    stayed.copies[id] = share.identity;
    contents[id] = 0;
  }
  return {.path = store_.folder_of(share_server_id, migration.root).string(),
          .identity = migration.destination,
          .parent = migration.parent,
          .is_checked = true,
          .contents = std::move(contents),
          .moved_to = std::move(stayed)};
}

ShareServerMigrationProgress DirectoryShareDriver::share_server_migration_get_progress(
    const std::string& share_server_id) {
  check_id("share_server_id", share_server_id);
  const std::lock_guard guard(mutex_);
  const auto& shares = find_migration(share_server_id).shares;
  std::uint64_t copied = 0;
  for (const auto& [id, share] : shares) copied += share.copy.has_value();
  return {.total_progress = shares.empty() ? 100 : 100 * copied / shares.size()};
}

}  // namespace hookwire
