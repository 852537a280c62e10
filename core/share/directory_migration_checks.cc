#include <system_error>
#include <utility>

#include "directory_share_driver.h"
#include "migration_paths.h"
#include "share_errors.h"
#include "share_input.h"

// The part of DirectoryShareDriver that says whether a share server can move to another root, and
// whether what is moved is still what it was.

namespace hookwire {

namespace {

// One that was made when the process died before it said so.
bool is_empty_folder(const std::filesystem::path& path) {
  return identity_if_there(path) && OpenFolder(path).names().empty();
}

}  // namespace

std::string resolved(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::path found = std::filesystem::canonical(path, failed);
  return failed || !std::filesystem::is_directory(found) ? "" : found.string();
}

const DirectoryState::Migration& DirectoryShareDriver::find_migration(
    const std::string& share_server_id) const {
  const DirectoryState::ShareServer& server = find_server(share_server_id);
  if (!server.migration) {
    throw ShareServerMigrationFailed(share_server_id, "it is not being migrated");
  }
  return *server.migration;
}

void DirectoryShareDriver::check_stays(const std::optional<std::string>& share_server_id) const {
  if (!share_server_id) return;
  if (const auto& migration = find_server(*share_server_id).migration) {
    throw ShareServerInUse(
        *share_server_id,
        "it is being migrated to " + store_.folder_of(*share_server_id, migration->root).string());
  }
}

// Neither may be another folder than the one that it was: an unmounted one looks empty.
void DirectoryShareDriver::check_folders(const std::string& share_server_id) const {
  const DirectoryState::Migration& migration = find_migration(share_server_id);
  const auto check = [&](const std::filesystem::path& folder, const FolderIdentity& identity) {
    if (identity_if_there(folder) == identity) return;
    throw ShareServerMigrationFailed(share_server_id,
                                     folder.string() +
                                         " is not the folder that it was when it began: put "
                                         "that back, or cancel");
  };
  const std::filesystem::path source = store_.shares_of(share_server_id).path();
  check(source, migration.source);
  for (const auto& [id, share] : migration.shares) check(source / id, share.identity);
  check(store_.folder_of(share_server_id, migration.root), migration.destination);
}

std::string DirectoryShareDriver::obstacle_to_migration(const std::string& share_server_id,
                                                        const std::string& dest_root) const {
  const DirectoryState::ShareServer& server = find_server(share_server_id);
  if (server.migration) return "it is being migrated already";
  const std::string root = resolved(dest_root);
  const std::string own = resolved(root_);
  if (dest_root.front() != '/' || root.empty()) {
    return "'" + dest_root + "' is not the absolute path of a folder";
  }
  if (root != own && is_below(own, root)) return root + " lies below the driver's root";
  for (const auto& [id, other] : store_.state().share_servers) {
    if (is_below(store_.folder_of(id, other.root), root)) {
      return root + " lies in the folder of share server '" + id + "'";
    }
  }
  const auto destination = store_.folder_of(share_server_id, root == own ? "" : root);
  for (const DirectoryState::Removal& removal : store_.state().removals) {
    if (removal.path != destination.string()) continue;
    return destination.string() + " is yet to be removed: call init_host";
  }
  if (std::error_code failed; std::filesystem::symlink_status(destination, failed).type() !=
                                  std::filesystem::file_type::not_found &&
                              !is_empty_folder(destination)) {
    return destination.string() + " exists already: move it away";
  }
  return obstacle_in_server(share_server_id);
}

// It moves whole or not at all.
std::string DirectoryShareDriver::obstacle_in_server(const std::string& share_server_id) const {
  const ContentFolder& shares = store_.shares_of(share_server_id);
  if (!identity_if_there(shares.path())) return shares.path().string() + " is gone";
  const std::set<std::string> ids = store_.ids_of_shares(share_server_id);
  for (const auto& [id, share] : store_.state().shares) {
    if (share.share_server_id != share_server_id) continue;
    if (share.is_apart) {
      return "its share '" + id + "' does not lie in its folder: unmanage it and manage it again";
    }
    if (!identity_if_there(shares.path_of(id))) return shares.path_of(id).string() + " is gone";
    // A promotion exchanges two folders of one file system.
    if (const auto replicas = replicas_of(id); !replicas.empty()) {
      return "replica '" + replicas.front() + "' is of its share '" + id + "': delete it first";
    }
  }
  if (const auto left = shares.unknown(ids); !left.empty()) {
    return "its folder holds '" + left.front() + "', which is no share: manage it or move it away";
  }
  return "";
}

ShareServerMigrationCompatibility DirectoryShareDriver::share_server_migration_check_compatibility(
    const std::string& share_server_id, const std::string& dest_root) {
  check_id("share_server_id", share_server_id);
  check_path("dest_root", dest_root);
  return with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    const std::string obstacle = obstacle_to_migration(share_server_id, dest_root);
    return ShareServerMigrationCompatibility{.compatible = obstacle.empty(),
                                             .writable = true,
                                             .nondisruptive = false,
                                             .preserve_snapshots = true,
                                             .migration_cancel = true,
                                             .migration_get_progress = true,
                                             .reason = obstacle};
  });
}

}  // namespace hookwire
