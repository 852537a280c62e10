#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"

#include "content_folder.h"
#include "directory_removal.h"
#include "directory_state.h"
#include "folder_below.h"

namespace hookwire {

/// The folder of a replica: `content`, the copy of its share, and copies of snapshots.
struct ReplicaFolder {
  static constexpr const char* kContent = "content";
  static constexpr const char* kSnapshots = "snapshots";

  ReplicaFolder(FileSystem& files, const std::filesystem::path& folder, WorkNumbers& numbers)
      : contents(files, folder, numbers), snapshots(files, folder / kSnapshots, numbers) {}

  std::filesystem::path content_path() const { return contents.path_of(kContent); }

  ContentFolder contents;  ///< Its one content has the id kContent.
  ContentFolder snapshots;
};

/// What lies below a directory driver's root, and the order of steps that keeps it consistent: each
/// function either does all it says or throws and has changed nothing. Thread-compatible; the
/// driver calls it under its lock, except remove().
class DirectoryStore {
 public:
  /// Reads the state; makes the folders when absent. Throws Error as load_state.
  DirectoryStore(FileSystem& files, const std::filesystem::path& root, Log& log);

  const DirectoryState& state() const noexcept { return state_; }
  /// Where contents of shares lie: of those without a share server, or of one that the state knows.
  ContentFolder& shares_of(const std::optional<std::string>& share_server_id);
  const ContentFolder& shares_of(const std::optional<std::string>& share_server_id) const;
  ContentFolder& home_of(const DirectoryState::Share& share);
  const ContentFolder& home_of(const DirectoryState::Share& share) const;
  std::set<std::string> ids_of_shares(const std::optional<std::string>& share_server_id) const;
  /// The folder of a share server in `root`, or in ours when that is empty.
  std::filesystem::path folder_of(const std::string& share_server_id,
                                  const std::string& root) const {
    return root.empty() ? servers_.path_of(share_server_id)
                        : std::filesystem::path(root) / share_server_id;
  }
  /// Where the share server is being migrated to.
  ContentFolder& destination_of(const std::string& share_server_id) {
    return destinations_.at(share_server_id);
  }
  /// Where the content of a share lies that the state knows.
  std::filesystem::path content_of(const std::string& share_id) const;
  /// The folders of share servers, but of those that moved to another root.
  ContentFolder& servers() noexcept { return servers_; }
  const ContentFolder& servers() const noexcept { return servers_; }
  /// The folders of replicas, and that of one that the state knows.
  ContentFolder& replicas() noexcept { return replicas_; }
  ReplicaFolder& replica(const std::string& replica_id) { return replica_folders_.at(replica_id); }
  const ReplicaFolder& replica(const std::string& replica_id) const {
    return replica_folders_.at(replica_id);
  }
  /// Every folder whose entries are contents, but those of share servers and replicas.
  std::vector<std::filesystem::path> own_folders() const;
  /// True when `found` is, or lies in, what the driver is making or removing.
  bool is_working(const FolderBelow& found) const;
  ContentFolder& snapshots() noexcept { return snapshots_; }
  const ContentFolder& snapshots() const noexcept { return snapshots_; }

  /// Makes `next` the state, in the files exports and state.json. Throws IoError.
  void commit(DirectoryState next);

  /// A content that was made, whole, at a working name.
  struct Made {
    ContentFolder* folder;
    std::filesystem::path work;
    std::string id;
  };
  struct Place {
    ContentFolder* folder;
    std::string id;
  };

  /// Makes `next` the state, and all that was `made` contents; removes it when that fails. Throws
  /// IoError.
  void commit_made(const std::vector<Made>& made, DirectoryState next);
  void commit_made(ContentFolder& folder, const std::filesystem::path& work, const std::string& id,
                   DirectoryState next) {
    commit_made({{&folder, work, id}}, std::move(next));
  }

  /// Makes `next` the state, and the folder `found` what `adoption` says, in `folder`; it may lie
  /// there already. Throws IoError; Error busy when another was put in its place meanwhile,
  /// bad_input while an earlier one is unsettled.
  void commit_adopted(ContentFolder& folder, const FolderBelow& found,
                      const DirectoryState::Adoption& adoption, DirectoryState next);

  /// Makes `next`, which does not know what lies in the places, the state. Returns where the
  /// contents now wait for remove(). Throws IoError.
  std::vector<std::filesystem::path> commit_removed(const std::vector<Place>& places,
                                                    DirectoryState next);
  std::vector<std::filesystem::path> commit_removed(ContentFolder& folder, const std::string& id,
                                                    DirectoryState next) {
    return commit_removed({{&folder, id}}, std::move(next));
  }

  /// Removes what lies at a working name; nothing for an empty path. What cannot be removed is
  /// logged and left for the recovery after the next start. Thread-safe. Never throws.
  void remove(const std::filesystem::path& work) const noexcept;
  void remove(const std::vector<std::filesystem::path>& works) const noexcept {
    for (const std::filesystem::path& work : works) remove(work);
  }

  /// Removes the folder of a share server that nobody knows any more, at a working name; what came
  /// into it meanwhile is put back under the server's id, or left where that is not free. Otherwise
  /// as remove().
  void remove_server(const std::filesystem::path& work, Empties empties) const noexcept;

  /// True when the process died while `id` was taken over, and whether it was is not known, since
  /// its place cannot be looked at.
  bool is_unsettled(Kind kind, const std::string& id) const;
  /// Throws Error bad_input when is_unsettled().
  void check_settled(Kind kind, const std::string& id) const;

  /// Makes the folders agree with the state after earlier processes, and logs what was amiss.
  /// Returns what to remove(), before write_recovered(). Throws IoError.
  std::vector<std::filesystem::path> recover();
  /// Makes the files agree with the state. Throws IoError.
  void write_recovered();

 private:
  std::string exports_of(const DirectoryState& state) const;
  void write_exports(const DirectoryState& state);
  void commit_back(const DirectoryState& before) noexcept;
  void take_back(const std::filesystem::path& from, const std::filesystem::path& to) noexcept;
  void set_state(DirectoryState state);
  void make_server_folders();
  void see_numbers();
  void settle_adoption();
  std::string unsettled() const;
  bool says(const std::filesystem::path& path, const std::string& text) const;
  std::filesystem::path place_of(const DirectoryState::Adoption& adoption) const;
  void remove_unfinished(const std::filesystem::path& path);

  FileSystem& files_;
  Log& log_;
  std::filesystem::path state_path_;
  std::filesystem::path exports_path_;
  WorkNumbers numbers_;
  ContentFolder shares_;
  ContentFolder snapshots_;
  ContentFolder servers_;
  ContentFolder replicas_;
  std::map<std::string, ReplicaFolder> replica_folders_;    // of each that the state knows
  std::map<std::string, ContentFolder> destinations_;       // of each that is being migrated
  std::map<std::string, ContentFolder> shares_of_servers_;  // of each that the state knows
  DirectoryState state_;
  std::string exports_;     // what the file says; empty when that is not known
  bool is_settled_ = true;  // the file state.json says what state_ does
};

}  // namespace hookwire
