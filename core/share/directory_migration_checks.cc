#include <system_error>
#include <utility>

#include "directory_share_driver.h"
#include "migration_paths.h"
#include "share_errors.h"
#include "share_input.h"

// The part of DirectoryShareDriver that says whether a share server can move to another root, and
// whether what is moved is still what it was.

namespace hookwire {

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
    if (lasting_identity(folder) == identity) return;
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

bool DirectoryShareDriver::is_copied(const std::string& share_server_id,
                                     const std::string& share_id) const {
  const DirectoryState::Migration& migration = find_migration(share_server_id);
  const auto& copy = migration.shares.at(share_id).copy;
  const auto folder = store_.folder_of(share_server_id, migration.root);
  return copy && lasting_identity(folder / share_id) == copy->identity;
}

std::string DirectoryShareDriver::obstacle_to_migration(const std::string& share_server_id,
                                                        const std::string& dest_root,
                                                        const std::string& root) const {
  const DirectoryState::ShareServer& server = find_server(share_server_id);
  if (server.migration) return "it is being migrated already";
  const std::string own = resolved(root_);
  if (dest_root.front() != '/' || root.empty()) {
    return "'" + dest_root + "' is not the absolute path of a folder";
  }
  check_path("dest_root", root);
  if (!can_be_saved(root)) return "the path of the folder is not UTF-8";
  if (root != own) {
    if (is_below(own, root)) return root + " lies below the driver's root";
    if (auto obstacle = obstacle_on_the_way_to(root); !obstacle.empty()) return obstacle;
  }
  const auto destination = store_.folder_of(share_server_id, root == own ? "" : root);
  if (destination == store_.folder_of(share_server_id, server.root)) return "it is there already";
  if (auto obstacle = obstacle_in_others(share_server_id, destination); !obstacle.empty()) {
    return obstacle;
  }
  if (std::error_code failed; std::filesystem::symlink_status(destination, failed).type() !=
                              std::filesystem::file_type::not_found) {
    return destination.string() +
           " exists already: move it away, or remove it if an interrupted call left it empty";
  }
  return obstacle_in_server(share_server_id);
}

std::string DirectoryShareDriver::obstacle_in_others(
    const std::string& share_server_id, const std::filesystem::path& destination) const {
  for (const auto& [id, other] : store_.state().share_servers) {
    if (lies_in(destination, store_.folder_of(id, other.root)) ||
        (other.migration && lies_in(destination, store_.folder_of(id, other.migration->root)))) {
      return destination.string() + " lies in the folder of share server '" + id + "'";
    }
  }
  for (const DirectoryState::Removal& removal : store_.state().removals) {
    // The old folder is all there is until what is in the present one was looked at.
    const bool is_needed =
        !removal.is_checked && removal.moved_to && removal.moved_to->server_id == share_server_id;
    const std::filesystem::path parent = std::filesystem::path(removal.path).parent_path();
    const bool is_there = lasting_identity(parent) == removal.parent;
    if (is_needed || (is_there && lies_in(destination, removal.path))) {
      return removal.path + " is yet to be removed: call init_host";
    }
  }
  return "";
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
    const std::string obstacle =
        obstacle_to_migration(share_server_id, dest_root, resolved(dest_root));
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
