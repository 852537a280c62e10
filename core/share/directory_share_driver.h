#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/share/directory_driver.h"

#include "claims.h"
#include "directory_store.h"

namespace hookwire {

/// What make_directory_driver makes. Input is checked first, then the lock is taken, then the store
/// does what was asked or nothing. Counting, copying and removing of contents happen without the
/// lock. Thread-safe.
class DirectoryShareDriver final : public ShareDriver {
 public:
  DirectoryShareDriver(const DirectoryOptions& options, Log& log);

  void init_host() override;
  std::vector<std::string> create_share_instance(const std::string& share_id, std::uint64_t size_gb,
                                                 const std::string& share_proto,
                                                 const std::optional<std::string>& share_server_id,
                                                 const DriverOptions& driver_options) override;
  void delete_share_instance(const std::string& share_id) override;
  void extend_share(const std::string& share_id, std::uint64_t new_size_gb) override;
  void shrink_share(const std::string& share_id, std::uint64_t new_size_gb) override;
  std::optional<std::string> allow_access(const std::string& share_id,
                                          const Access& access) override;
  void deny_access(const std::string& share_id, const Access& access) override;
  std::vector<Access> update_access(const std::string& share_id,
                                    const std::vector<Access>& access_rules,
                                    const std::vector<Access>& add_rules,
                                    const std::vector<Access>& delete_rules) override;
  Snapshot create_snapshot(const std::string& share_id, const std::string& snapshot_id) override;
  void delete_snapshot(const std::string& snapshot_id) override;
  void revert_to_snapshot(const std::string& share_id, const std::string& snapshot_id) override;
  std::vector<std::string> manage_share(const std::string& share_id, std::uint64_t size_gb,
                                        const std::string& share_proto,
                                        const std::string& export_path,
                                        const std::optional<std::string>& share_server_id,
                                        const DriverOptions& driver_options) override;
  void unmanage_share(const std::string& share_id) override;
  Snapshot manage_snapshot(const std::string& share_id, const std::string& snapshot_id,
                           const std::string& provider_location,
                           const DriverOptions& driver_options) override;
  void unmanage_snapshot(const std::string& snapshot_id) override;
  void delete_share_server(const std::string& share_server_id) override;
  ShareServer manage_share_server(const std::string& share_server_id, const std::string& identifier,
                                  const DriverOptions& driver_options) override;
  void unmanage_share_server(const std::string& share_server_id) override;
  Replica create_share_replica(const std::string& share_id, const std::string& replica_id) override;
  void delete_share_replica(const std::string& replica_id) override;
  Replica promote_share_replica(const std::string& replica_id) override;
  Replica update_share_replica(const std::string& replica_id) override;
  std::vector<ReplicaSnapshot> create_replicated_snapshot(const std::string& share_id,
                                                          const std::string& snapshot_id) override;
  void delete_replicated_snapshot(const std::string& snapshot_id) override;
  ReplicaSnapshot update_replicated_snapshot(const std::string& replica_id,
                                             const std::string& snapshot_id) override;
  ShareServerMigrationCompatibility share_server_migration_check_compatibility(
      const std::string& share_server_id, const std::string& dest_root) override;
  void share_server_migration_start(const std::string& share_server_id,
                                    const std::string& dest_root) override;
  bool share_server_migration_continue(const std::string& share_server_id) override;
  std::vector<ShareInstance> share_server_migration_complete(
      const std::string& share_server_id) override;
  void share_server_migration_cancel(const std::string& share_server_id) override;
  ShareServerMigrationProgress share_server_migration_get_progress(
      const std::string& share_server_id) override;
  Capabilities publish_service_capabilities() override;
  std::vector<ShareInstance> get_periodic_hook_data(
      const std::vector<ShareInstance>& shares) override;
  std::vector<ShareInstance> share_instances() override;

 private:
  class UnderWay;

  static constexpr const char* kInSync = "in_sync";
  static constexpr const char* kOutOfSync = "out_of_sync";

  // These are called with the lock held.
  const DirectoryState::Share& find(const std::string& share_id) const;
  void check_smaller(const std::string& share_id, std::uint64_t new_size_gb) const;
  const DirectoryState::Snapshot& find_snapshot(const std::string& snapshot_id) const;
  Snapshot describe_snapshot(const std::string& snapshot_id) const;
  void check_new_snapshot(const std::string& share_id, const std::string& snapshot_id) const;
  void check_revert(const std::string& share_id, const std::string& snapshot_id) const;
  void check_unused(const std::string& share_id) const;
  // Throws InvalidShareInput when the snapshot is a replicated one.
  void check_plain(const std::string& snapshot_id) const;
  const DirectoryState::ShareServer& find_server(const std::string& share_server_id) const;
  void check_server_unused(const std::string& share_server_id) const;
  void check_new_share(const std::string& share_id,
                       const std::optional<std::string>& share_server_id) const;
  // A folder that is to become a share of the server, or of none. Throws as FolderBelow.
  FolderBelow find_folder(const std::string& path,
                          const std::optional<std::string>& share_server_id) const;
  // Throws FolderRefused when `found` is not free to become the content of `new_id` in `home`.
  void check_adoptable(const FolderBelow& found, const ContentFolder& home,
                       const std::string& new_id) const;
  // Throws Error bad_input when the content of `id` is not in its place: it may lie under a working
  // name, and would be lost once the state does not know it.
  static void check_in_place(const ContentFolder& home, const std::string& id);
  ShareInstance instance_of(const std::string& share_id) const;
  const DirectoryState::Migration& find_migration(const std::string& share_server_id) const;
  // Throws ShareServerInUse when the server is being migrated.
  void check_stays(const std::optional<std::string>& share_server_id) const;
  void check_folders(const std::string& share_server_id) const;
  // True when the copy lies where it was put.
  bool is_copied(const std::string& share_server_id, const std::string& share_id) const;
  // `root` is `dest_root` without links. Empty when there is none.
  std::string obstacle_to_migration(const std::string& share_server_id,
                                    const std::string& dest_root, const std::string& root) const;
  std::string obstacle_in_server(const std::string& share_server_id) const;
  std::string obstacle_in_others(const std::string& share_server_id,
                                 const std::filesystem::path& destination) const;
  // These are called with the lock held, which they leave for a while.
  void copy_share(const std::string& share_server_id, const std::string& share_id,
                  std::unique_lock<std::mutex>& lock);
  void copy_what_changed(const std::string& share_server_id, std::unique_lock<std::mutex>& lock);
  DirectoryState::Removal old_folder(const std::string& share_server_id) const;
  DirectoryState::Removal new_folder(const std::string& share_server_id) const;
  std::string lost_while_moving(const std::string& share_server_id) const;
  bool is_in_use(const DirectoryState::Removal& removal) const;
  // Throws Error busy when the copies are not where the server moved to.
  void check_moved(const DirectoryState::Removal& removal) const;
  std::string remove_left(const DirectoryState::Removal& removal,
                          std::unique_lock<std::mutex>& lock);
  // Does nothing when another call does it.
  void finish_removal(const std::string& path, std::unique_lock<std::mutex>& lock) noexcept;
  void finish_removals(std::unique_lock<std::mutex>& lock) noexcept;

  const DirectoryState::Replica& find_replica(const std::string& replica_id) const;
  std::vector<std::string> replicas_of(const std::string& share_id) const;
  Replica describe_replica(const std::string& replica_id) const;
  ReplicaSnapshot describe_replica_snapshot(const std::string& replica_id,
                                            const std::string& snapshot_id) const;
  void set_replica(const std::string& replica_id, DirectoryState::Replica replica);
  void exchange_with_share(const std::string& replica_id, const std::filesystem::path& content,
                           const std::filesystem::path& copy, const DirectoryState::Replica& after);
  bool is_exchanged_back(const std::filesystem::path& content,
                         const std::filesystem::path& copy) const noexcept;
  void put_back(const std::string& replica_id, DirectoryState::Replica before) noexcept;
  void give_to_share(const std::string& replica_id, const std::filesystem::path& content,
                     const std::filesystem::path& copy);
  void resize(const std::string& share_id, std::uint64_t new_size_gb);
  std::uint64_t snapshot_count(const std::string& share_id) const;

  // These are called without the lock.
  static bool is_same_still(const std::filesystem::path& content, const std::filesystem::path& copy,
                            const DirectoryState::Copy& made);
  static bool is_all_copied(const DirectoryState::Removal& removal);
  bool misses_writes(const std::filesystem::path& copy,
                     const DirectoryState::Replica& replica) const noexcept;
  static void check_nothing_lost(const std::string& replica_id, const std::filesystem::path& copy,
                                 const DirectoryState::Replica& replica);
  static void check_movable(const std::string& replica_id, const std::filesystem::path& folder);
  // Copies `from` to `to`. Returns its fingerprint when it stayed as it was meanwhile.
  static std::optional<std::uint64_t> copy_unchanged(const std::filesystem::path& from,
                                                     const std::filesystem::path& to);
  static bool is_as_it_was(const std::filesystem::path& content, std::uint64_t fingerprint);

  void set_up_server(const std::string& share_id, const DirectoryState::Share& share, mode_t mode);
  std::vector<std::string> export_locations(const std::string& share_id,
                                            const DirectoryState::Share& share) const;
  // Adds what periodic hooks are to see.
  void describe(ShareInstance& share);

  PosixFileSystem files_;
  const std::string host_;
  const std::string backend_name_;
  Log& log_;
  const std::filesystem::path root_;
  const std::unique_ptr<FileLock> root_lock_;

  std::mutex mutex_;  // guards what follows
  DirectoryStore store_;
  Claims claims_;
  std::set<std::string> removing_;  // paths of the folders of share servers that calls are removing
};

}  // namespace hookwire
